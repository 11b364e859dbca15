"""moto's server on loopback, with what this folder adds to it. Prints its port; ends when its standard input does."""

import os
import sys
import threading

# Before moto is imported: it reads its settings once.
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "cloudformation"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402

import alarms  # noqa: E402, F401
import api_gateway  # noqa: E402, F401
import audit  # noqa: E402, F401
import cloudformation  # noqa: E402
import edge  # noqa: E402, F401
import functions  # noqa: E402, F401
import handlers  # noqa: E402
import recorder  # noqa: E402
import roles  # noqa: E402, F401
import services  # noqa: E402
import state  # noqa: E402, F401
import watching  # noqa: E402, F401


def main(record: str, *not_held: str) -> None:
    for kind in not_held:
        handlers.not_held(kind)
    services.complete()
    cloudformation.complete()
    app = recorder.recorded(DomainDispatcherApplication(create_backend_app), record)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    handlers.endpoint = f"http://127.0.0.1:{server.port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    # However the test ends, the pipe ends with it: nothing is left behind.
    sys.stdin.read()


main(*sys.argv[1:])
