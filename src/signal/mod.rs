//! Beat intervals to metrics: cleaning, time domain, frequency domain, quality.
