//! Rolling values per worker: night, baseline, HRV state, sleep, strain index.
