"""Which actions of IAM a request takes, and as whom: one JSON line each."""

import io
import json
import re
import threading
from functools import lru_cache
from urllib.parse import parse_qsl

from botocore.loaders import Loader
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sts.models import sts_backends

# Where IAM's name of an action is not that of the operation (service authorization reference).
other_names = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
}
rest_services = ("lambda", "s3")


def recorded(app, file):
    """The same application, which also writes what it is asked to a file."""
    lock = threading.Lock()

    def wrapped(environ, start_response):
        line = json.dumps({"as": principal(environ), "action": action(environ), "path": environ["PATH_INFO"]})
        with lock, open(file, "a", encoding="utf-8") as out:
            out.write(line + "\n")
        return app(environ, start_response)

    return wrapped


def credential(environ):
    found = re.search(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return found.groups() if found else (None, "s3")


def principal(environ) -> str:
    """Name of the role whose credentials these are, or the key itself."""
    key, _ = credential(environ)
    for role in sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assumed_roles:
        if role.access_key_id == key:
            return role.role_arn.split("/")[-1]
    return key or "unsigned"


def action(environ) -> str:
    _, service = credential(environ)
    if service == "apigateway":  # whose actions are verbs
        return f"apigateway:{environ['REQUEST_METHOD']}"
    name = f"{prefix(service)}:{operation(environ, service)}"
    return other_names.get(name, name)


def prefix(service: str) -> str:
    return {"monitoring": "cloudwatch"}.get(service, service)


def operation(environ, service: str) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.split(".")[-1]
    if service in rest_services:
        return rest_operation(environ, service)
    return dict(parse_qsl(body_of(environ) + "&" + environ.get("QUERY_STRING", ""))).get("Action", "unknown")


def body_of(environ) -> str:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body.decode("utf-8", "replace")


@lru_cache
def operations(service: str):
    """Method, pattern of the path, and fixed query members of each operation; the most particular first."""
    model = Loader().load_service_model(service, "service-2")
    found = []
    for name, described in model["operations"].items():
        path, _, query = described["http"]["requestUri"].partition("?")
        pattern = re.sub(r"\{[^}]+\+\}", ".+", path)
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", pattern).rstrip("/")
        fixed = set(parse_qsl(query, keep_blank_values=True))
        found.append((described["http"]["method"], re.compile(pattern + "/?$"), fixed, name))
    return sorted(found, key=lambda one: (-len(one[2]), "+" in one[1].pattern))


def rest_operation(environ, service: str) -> str:
    given = set(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    for method, pattern, fixed, name in operations(service):
        if name == "CopyObject" and "HTTP_X_AMZ_COPY_SOURCE" not in environ:
            continue
        if method == environ["REQUEST_METHOD"] and fixed <= given and pattern.match(environ["PATH_INFO"]):
            return name
    return "unknown"
