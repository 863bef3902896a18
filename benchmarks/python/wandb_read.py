"""Reads the one offline run below a folder: what Weights & Biases would send. Prints JSON.

The file is a log of LevelDB behind a header of seven bytes: blocks of 32 kB with fragments of records, each of four bytes of checksum,
two of length and one that says whether it is whole (1), first (2), middle (3) or last (4).
"""
import glob
import json
import struct
import sys

from wandb.proto import wandb_internal_pb2

HEADER, BLOCK, FRAGMENT = 7, 32768, 7


def records(data):
    at, parts = HEADER, b""
    while at + FRAGMENT <= len(data):
        left = BLOCK - at % BLOCK
        if left < FRAGMENT:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        parts += data[at + FRAGMENT : at + FRAGMENT + length]
        at += FRAGMENT + length
        if kind in (1, 4):
            yield parts
            parts = b""


(path,) = glob.glob(sys.argv[1] + "/wandb/offline-run-*/*.wandb")
with open(path, "rb") as file:
    content = file.read()
episodes, evaluations, summary = [], [], {}
for data in records(content):
    record = wandb_internal_pb2.Record()
    record.ParseFromString(data)
    kind = record.WhichOneof("record_type")
    if kind == "history":
        row = {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
        if "return" in row:
            episodes.append([row["env_step"], row["return"]])
        if "evalReturn" in row:
            evaluations.append([row["env_step"], row["evalReturn"]])
    if kind == "summary":
        for item in record.summary.update:
            summary[item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
print(json.dumps({"episodes": episodes, "evaluations": evaluations, "summary": summary.get("steps")}))
