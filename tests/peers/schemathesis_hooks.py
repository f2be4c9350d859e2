"""The house's check for schemathesis, loaded by SCHEMATHESIS_HOOKS and chosen by `-c icuops_answer`.

schemathesis takes every top-level error with a path for a failure of the server; here FORBIDDEN is an answer too.
So an answer fails if it is not JSON, carries an unknown code or none, misses its request id or one of its two
languages, reports a fault of the server (INTERNAL, TIMEOUT …), or shows an id of another hospital
(ICUOPS_CANARIES: a JSON file with such ids). FORBIDDEN is for an operation the role never has: a root field that was
refused once and served once in the same run is a failure as well.
"""
import json
import os
from pathlib import Path

import schemathesis

# What the client may have caused; everything else in the closed list is the server's fault.
CLIENT = set(
    """BAD_REQUEST BATCHING_NOT_SUPPORTED DOCUMENT_REJECTED GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED
    OPERATION_RESOLUTION_FAILURE BAD_USER_INPUT COMPLEXITY_EXCEEDED CSRF_PREVENTED FORBIDDEN
    PERSISTED_QUERY_NOT_FOUND PERSISTED_QUERY_REQUIRED METHOD_NOT_ALLOWED NOT_ACCEPTABLE PAYLOAD_TOO_LARGE
    UNSUPPORTED_MEDIA_TYPE HEADERS_TOO_LARGE TRANSPORT_NOT_ALLOWED RATE_LIMITED""".split()
)
CANARIES = json.loads(Path(os.environ["ICUOPS_CANARIES"]).read_text()) if "ICUOPS_CANARIES" in os.environ else []
refused: set[str] = set()
served: set[str] = set()


@schemathesis.check
def icuops_answer(ctx, response, case):
    """Every answer keeps the conventions of the API, whatever was asked."""
    text = response.content.decode("utf-8")
    leak = next((word for word in CANARIES if word in text and word not in json.dumps(case.body or "")), None)
    assert leak is None, f"an id of another hospital: {leak}"
    assert response.status_code not in (401, 500, 501, 502, 503, 504), f"HTTP {response.status_code}: {text[:300]}"
    answer = json.loads(text)
    errors = answer.get("errors") or []
    for error in errors:
        extensions = error.get("extensions") or {}
        assert extensions.get("code") in CLIENT, f"code {extensions.get('code')}: {text[:300]}"
        assert extensions.get("requestId"), f"no request id: {text[:300]}"
        messages = extensions.get("messages") or {}
        assert messages.get("zh") and messages.get("en"), f"not in both languages: {text[:300]}"
        if extensions["code"] == "FORBIDDEN":
            path = error.get("path") or []
            assert len(path) == 1, f"FORBIDDEN below the operation: {text[:300]}"
            refused.add(case.operation.label)
    if answer.get("data") and not errors:
        served.add(case.operation.label)
    both = refused & served
    assert not both, f"refused and served in one run: {sorted(both)}"
