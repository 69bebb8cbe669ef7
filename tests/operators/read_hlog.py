"""Reads an interval log with HdrHistogram in Python and tells as JSON what it holds."""

import json
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

WEEK_MICROS = 7 * 24 * 3600 * 1_000_000

path = sys.argv[1]
reader = HistogramLogReader(path, HdrHistogram(1, WEEK_MICROS, 3))
totals: dict[str, HdrHistogram] = {}
intervals = 0
while (histogram := reader.get_next_interval_histogram()) is not None:
    intervals += 1
    tag = histogram.get_tag()
    if tag not in totals:
        totals[tag] = HdrHistogram(1, WEEK_MICROS, 3)
    totals[tag].add(histogram)
print(json.dumps({
    "intervals": intervals,
    "start_time_s": reader.get_start_time_sec(),
    "tags": {
        tag: {
            "count": total.get_total_count(),
            "median": total.get_value_at_percentile(50),
            "max": total.get_max_value(),
        }
        for tag, total in totals.items()
    },
}))
