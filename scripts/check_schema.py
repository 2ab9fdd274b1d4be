"""Validates TOML files against the JSON Schema of configs.

    python scripts/check_schema.py SCHEMA FILE...

Prints a JSON document: for each file the first thing that is wrong with it, or null.
"""

import json
import sys
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

schema = json.loads(Path(sys.argv[1]).read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
found = {}
for file in sys.argv[2:]:
    error = best_match(validator.iter_errors(tomllib.loads(Path(file).read_text())))
    found[file] = error and f"{error.json_path}: {error.message}"
print(json.dumps(found))
