"""Compares the documents that the command wrote in a guest with their schemas: validate.py SCHEMAS DOCUMENTS"""
import glob
import json
import os
import sys

import jsonschema

#: These are lines of documents, and arrays of them.
LINES, ARRAYS = {"socket", "event"}, {"finding"}


def main(schemas, documents):
    store = {}
    for path in glob.glob(f"{schemas}/*.schema.json"):
        with open(path) as file:
            store["file:///" + os.path.basename(path)] = json.load(file)
    wrong = count = 0
    for path in sorted(glob.glob(f"{documents}/*.json")):
        name = os.path.basename(path).rpartition("-")[0]
        schema = store[f"file:///{name}.schema.json"]
        resolver = jsonschema.RefResolver("file:///", schema, store=store)
        validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
        with open(path) as file:
            text = file.read()
        if name in LINES:
            instances = [json.loads(line) for line in text.splitlines()]
        else:
            instances = json.loads(text) if name in ARRAYS else [json.loads(text)]
        for instance in instances:
            count += 1
            for error in list(validator.iter_errors(instance))[:1]:
                wrong += 1
                print(f"WRONG  {os.path.basename(path)}: {error.message[:300]}")
    print(f"# {count} documents, {wrong} do not fit their schemas")
    return 1 if wrong or not count else 0


sys.exit(main(*sys.argv[1:]))
