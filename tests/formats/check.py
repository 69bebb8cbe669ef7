"""Reads what leaves Vagus with other people's programs.

    check.py fhir FILE...         bundles, by the classes of PyPI fhir.resources for R4 (4.0.1)
    check.py cloudevents FILE...  events, by the CNCF's own SDK

Prints what was read, one line a file. Ends with status 1 at the first file that is not as it should be.
"""

import json
import sys
from pathlib import Path


# Lists that the classes give the begin of only, as R4 has them in full.
OPEN_LISTS = {
    "Task": {
        "status": "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed"
        " entered-in-error",
        "intent": "unknown proposal plan order original-order reflex-order filler-order instance-order option",
    },
    "Communication": {
        "status": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
    },
    "Observation": {
        "status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
    },
}


class Refused(Exception):
    """Why a document is not taken."""


def check_empty(value, place):
    """Neither null nor an empty list or object is FHIR."""
    if value in (None, "", [], {}):
        raise Refused(f"{place} is empty")
    each = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in each:
        check_empty(inner, f"{place}.{name}")


def check_codes(resource, place):
    """The classes know which codes a field may hold, and leave it to others to hold them to it."""
    for name, field in resource.__fields__.items():
        value = getattr(resource, name)
        allowed = field.field_info.extra.get("enum_values")
        for each in value if isinstance(value, list) else [value]:
            if each is None:
                continue
            if allowed and "+" in allowed:
                allowed = OPEN_LISTS[resource.resource_type][name].split()
            if allowed and each not in allowed:
                raise Refused(f"{place}.{name} is {each!r}, not one of {allowed}")
            if hasattr(each, "__fields__"):
                check_codes(each, f"{place}.{name}")


def check_fhir(document):
    import fhir.resources
    from fhir.resources.bundle import Bundle

    if fhir.resources.__fhir_version__ != "4.0.1":
        raise Refused(f"this fhir.resources reads {fhir.resources.__fhir_version__}, and 4.0.1 is R4")
    check_empty(document, "Bundle")
    try:
        bundle = Bundle.parse_obj(document)
    except ValueError as error:
        raise Refused(str(error)) from error
    check_codes(bundle, "Bundle")
    if bundle.type != "transaction":
        raise Refused(f"a {bundle.type}, not a transaction")
    urls = [entry.fullUrl for entry in bundle.entry]
    if len(set(urls)) != len(urls):
        raise Refused("two entries of one address")
    for entry in bundle.entry:
        check_request(entry)
        check_references(json.loads(entry.resource.json()), urls)
    return " ".join(entry.resource.resource_type for entry in bundle.entry)


def check_request(entry):
    """Every entry can come twice and makes nothing twice."""
    identifier = entry.resource.identifier[0]
    query = f"identifier={identifier.system}|{identifier.value}"
    name, request = entry.resource.resource_type, entry.request
    once = request.method == "POST" and request.url == name and request.ifNoneExist == query
    same = request.method == "PUT" and request.url == f"{name}?{query}"
    if not (once or same):
        raise Refused(f"{name}: {request.method} {request.url} can make something twice")


def check_references(value, urls):
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and reference not in urls:
            raise Refused(f"{reference} leads nowhere")
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            check_references(each, urls)


def check_cloudevent(document):
    from cloudevents.core.bindings.http import HTTPMessage, from_structured
    from cloudevents.core.formats.json import JSONFormat

    body = json.dumps(document).encode()
    message = HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=body)
    try:
        event = from_structured(message, JSONFormat())
    except Exception as error:
        raise Refused(f"{error} {getattr(error, 'errors', '')}") from error
    # The reader makes up an id where there is none.
    read = {name: getattr(event, f"get_{name}")() for name in ("specversion", "id", "source", "type", "subject", "data")}
    for name, value in read.items():
        if value != document.get(name):
            raise Refused(f"{name} was read as {value!r}")
    return event.get_type()


def main(kind, paths):
    check = {"fhir": check_fhir, "cloudevents": check_cloudevent}[kind]
    for path in map(Path, paths):
        try:
            print(f"{path.name}: {check(json.loads(path.read_text(encoding='utf-8')))}")
        except Refused as refused:
            sys.exit(f"{path.name}: {refused}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
