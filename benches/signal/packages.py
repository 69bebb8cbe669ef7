"""Times hrv-analysis and NeuroKit2 on windows of beat intervals.

One window a line on standard input, intervals in ms. One package a line on standard output: its name,
a tab, and the µs that cleaning and the time-domain metrics of one window take; or what is missing.
"""

import contextlib
import io
import sys
import time
import warnings


def hrv_analysis():
    from importlib.metadata import version

    import hrvanalysis as hrv

    def work(rr):
        nn = hrv.remove_outliers(rr_intervals=rr, low_rri=300, high_rri=2000)
        nn = hrv.interpolate_nan_values(rr_intervals=nn, interpolation_method="linear")
        nn = hrv.remove_ectopic_beats(rr_intervals=nn, method="malik")
        nn = hrv.interpolate_nan_values(rr_intervals=nn, interpolation_method="linear")
        return hrv.get_time_domain_features(nn)

    return "hrv-analysis " + version("hrv-analysis"), work


def neurokit2():
    import neurokit2 as nk
    import numpy as np

    def work(rr):
        peaks = np.concatenate(([0], np.cumsum(rr))).astype(int)
        _, peaks = nk.signal_fixpeaks(peaks, sampling_rate=1000, iterative=True, method="Kubios")
        return nk.hrv_time(peaks, sampling_rate=1000)

    return "neurokit2 " + nk.__version__, work


def main():
    windows = [[float(rr) for rr in line.split()] for line in sys.stdin]
    warnings.simplefilter("ignore")
    for package in (hrv_analysis, neurokit2):
        try:
            name, work = package()
            with contextlib.redirect_stdout(io.StringIO()):
                work(windows[0])
                begin = time.perf_counter()
                for rr in windows:
                    work(rr)
                took = time.perf_counter() - begin
            print(f"{name}\t{took * 1e6 / len(windows):.1f}")
        except Exception as error:  # a package that is not there, or not with these dependencies
            print(f"{package.__name__} cannot be asked: {type(error).__name__}: {error}")


main()
