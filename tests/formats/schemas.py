"""Holds payloads against the JSON Schemas of `vagus schema --dir`.

    schemas.py DIRECTORY < CASES

A case is one JSON a line: {"schema": NAME, "payload": …, "valid": true or false}. Every schema must itself be one.
Prints how many cases agreed. Ends with status 1, and the cases that did not, where there are any.
"""

import json
import sys
from pathlib import Path

import jsonschema_rs

SHOWN = 10

validators = {}
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    schema = json.loads(path.read_text())
    if path.stem != "asyncapi":
        jsonschema_rs.meta.validate(schema)
        validators[path.stem] = jsonschema_rs.validator_for(schema, validate_formats=False)

agreed, wrong = 0, []
for line in sys.stdin:
    case = json.loads(line)
    if validators[case["schema"]].is_valid(case["payload"]) == case["valid"]:
        agreed += 1
    else:
        wrong.append(line.strip())
print(agreed)
for line in wrong[:SHOWN]:
    print(line[:2000], file=sys.stderr)
sys.exit(1 if wrong else 0)
