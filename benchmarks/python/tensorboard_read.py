"""Reads a folder of runs with TensorBoard itself, as its page does, and prints what it finds as JSON.

`tensorboard_read.py <folder> <run>`
"""

import json
import sys
import threading
import urllib.request

from tensorboard import default, program
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import metadata as hparams


def accumulated(path):
    """What its reader of event files finds in a run."""
    sizes = {event_accumulator.SCALARS: 0, event_accumulator.TENSORS: 0, event_accumulator.IMAGES: 0}
    reader = event_accumulator.EventAccumulator(path, size_guidance=sizes)
    reader.Reload()
    tags = reader.Tags()
    scalars = {tag: [[item.step, item.value] for item in reader.Scalars(tag)] for tag in tags["scalars"]}
    pictures = {tag: [[item.step, item.width, item.height] for item in reader.Images(tag)] for tag in tags["images"]}
    texts = {
        tag: reader.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"] if not tag.startswith("_hparams_")
    }
    content = reader.summary_metadata[hparams.SESSION_START_INFO_TAG].plugin_data.content
    start = hparams.parse_session_start_info_plugin_data(content)
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()}
    end = reader.summary_metadata.get(hparams.SESSION_END_INFO_TAG)
    status = hparams.parse_session_end_info_plugin_data(end.plugin_data.content).status if end else None
    return {"scalars": scalars, "pictures": pictures, "texts": texts, "hyperparameters": values, "status": status}


def served(folder, run, load_fast):
    """What the server answers that its page asks."""
    board = program.TensorBoard(plugins=default.get_plugins())
    board.configure(argv=[None, "--logdir", folder, "--port", "0", "--load_fast", load_fast, "--reload_interval", "1"])
    url = board.launch()

    def ask(path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=60) as answer:
            return json.loads(answer.read())

    waiting = threading.Event()
    for _ in range(120):
        if ask("data/runs"):
            break
        waiting.wait(0.5)
    tags = ask("data/plugin/scalars/tags")
    images = ask("data/plugin/images/tags")
    points = ask("data/plugin/scalars/scalars?run=" + run + "&tag=train%2Freturn")
    experiment = ask("data/plugin/hparams/experiment", {"experimentName": ""})
    return {
        "runs": ask("data/runs"),
        "scalarTags": sorted(tags[run]),
        "imageTags": sorted(images.get(run, {})),
        "points": len(points),
        "hyperparameters": sorted(info["name"] for info in experiment["hparamInfos"]),
    }


if __name__ == "__main__":
    logs, name = sys.argv[1:]
    json.dump({"accumulated": accumulated(logs + "/" + name), "served": served(logs, name, "false"), "fast": served(logs, name, "true")}, sys.stdout)
