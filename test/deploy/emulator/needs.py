"""
Prints, as JSON, which actions AWS's own handlers of resource types may take: the `permissions` of CloudFormation's registry
schemas, which cfn-lint carries.
"""

import json
import sys
from pathlib import Path

import cfnlint

schemas = Path(cfnlint.__file__).parent / "data/schemas"
names = json.loads((schemas / "providers/us-east-1.json").read_text())


def actions(kind: str) -> list[str]:
    schema = json.loads((schemas / f"resources/{names[kind]}.json").read_text())
    handlers = [one.get("permissions", []) for name, one in schema["handlers"].items() if name != "list"]
    tags = schema.get("tagging", {}).get("permissions", [])
    return sorted({action for one in [*handlers, tags] for action in one})


print(json.dumps({kind: actions(kind) for kind in sys.argv[1:]}))
