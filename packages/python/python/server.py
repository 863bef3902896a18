"""Plays Gymnasium environments for another program, which holds the other ends of this process's input and output.

Every message is a frame: two unsigned 32-bit little-endian numbers, the bytes of its content and its kind, and then the content.
Each request is answered by one frame; while an answer takes long, empty BEAT frames say that it will come. The first request is
HELLO, with JSON that says what to make; its answer is JSON that says what was made.

Input and output carry frames alone: what this program and the environments print goes to the error output.
"""

import json
import os
import signal
import struct
import sys
import threading
import time
import traceback
import zlib

PROTOCOL = 1

HELLO, STEP, RESET, RENDER, STATE, RESTORE, PROBE, OUTCOMES, CLOSE = range(9)
OK, ERROR, BEAT = range(3)

# Flags of STEP and RESET.
WITH_INFO, RESET_ENDED = 1, 2

HEADER = struct.Struct("<II")
RANGE = struct.Struct("<III")

# Who registers environments that Gymnasium does not know by itself, by how their names begin.
MODULES = (
    ("ALE/", "ale_py"),
    ("Fetch", "gymnasium_robotics"),
    ("Hand", "gymnasium_robotics"),
    ("Adroit", "gymnasium_robotics"),
    ("AntMaze", "gymnasium_robotics"),
    ("PointMaze", "gymnasium_robotics"),
    ("FrankaKitchen", "gymnasium_robotics"),
    ("MiniGrid-", "minigrid"),
    ("BabyAI-", "minigrid"),
    ("MinAtar/", "minatar"),
    ("highway", "highway_env"),
)

# Numbers of an observation that are looked at to tell whether an episode is played again as it was.
SAMPLED = 1024

# Steps and seconds of each part in which it is tried whether environments go on alike from a state.
PROBE_STEPS = 300
PROBE_SECONDS = 1.0

# Seconds between two beats.
BEAT_EVERY = 1.0


class Refusal(Exception):
    """Something that the other side asked for cannot be: what must hold, what was found, and what to do."""

    def __init__(self, expectation, got, remedy, kind="input"):
        super().__init__(expectation)
        self.data = {"kind": kind, "expectation": expectation, "got": str(got), "remedy": remedy}


class Channel:
    """The frames, on streams that nothing else in this process reads or writes."""

    def __init__(self):
        if os.name == "nt":
            import msvcrt

            msvcrt.setmode(0, os.O_BINARY)
            msvcrt.setmode(1, os.O_BINARY)
        self.input = os.fdopen(os.dup(0), "rb", buffering=0)
        self.output = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        # Also what libraries print that know nothing of sys.stdout.
        os.dup2(2, 1)
        self.last_beat = 0.0

    def receive(self):
        """The kind and the content of the next frame. The process ends where there is none."""
        length, kind = HEADER.unpack(self._read(HEADER.size))
        return kind, self._read(length)

    def _read(self, length):
        content = bytearray(length)
        view = memoryview(content)
        done = 0
        while done < length:
            count = self.input.readinto(view[done:])
            if not count:
                end_with_all()
            done += count
        return content

    def send(self, kind, *parts):
        self._write(HEADER.pack(sum(len(part) for part in parts), kind), *parts)

    def _write(self, *parts):
        for part in parts:
            view = memoryview(part)
            while len(view) > 0:
                view = view[os.write(self.output, view) :]

    def send_rows(self, buffer, length):
        """A frame that lies in a buffer, behind room for its header."""
        HEADER.pack_into(buffer, 0, length, OK)
        self._write(memoryview(buffer)[: HEADER.size + length])

    def beat(self):
        now = time.monotonic()
        if now - self.last_beat >= BEAT_EVERY:
            self.last_beat = now
            self.send(BEAT)


def end_with_all():
    """Ends this process with what its environments have started, where they are a group of their own."""
    if os.name != "nt" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def stay_with_parent(channel):
    """Ends this process soon after the other side has ended, also in the middle of a step that never ends."""
    if os.name == "nt":
        return
    import select

    def wait_for_end():
        poll = select.poll()
        poll.register(channel.input, 0)
        poll.poll()
        # What is at its end may end by itself.
        time.sleep(3)

    def watch():
        wait_for_end()
        end_with_all()

    if os.getpgrp() != os.getpid():
        threading.Thread(target=watch, daemon=True).start()
        return
    # A process, as no thread has its turn while a library holds the interpreter.
    if os.fork() == 0:
        # The other side hears of the end by what is closed.
        for output in (1, 2, channel.output):
            os.close(output)
        wait_for_end()
        os.killpg(0, signal.SIGKILL)


def ignore_signals():
    """Ctrl-C reaches all processes of a terminal: the other side decides when to stop, and closes this one."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    for name in names:
        signal.signal(getattr(signal, name), lambda *_: None)

    def restore():
        for name in names:
            signal.signal(getattr(signal, name), before[name])

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=restore)


def load_gymnasium():
    try:
        import numpy
    except ImportError as error:
        raise Refusal("Python must have numpy", error, f"Run {sys.executable} -m pip install numpy gymnasium") from error
    try:
        import gymnasium
    except ImportError as error:
        remedy = f"Run {sys.executable} -m pip install gymnasium, or choose another Python by ZPIN_PYTHON"
        raise Refusal("Python must have gymnasium", error, remedy) from error
    version = gymnasium.__version__
    if int(version.split(".")[0]) < 1:
        remedy = f"Run {sys.executable} -m pip install --upgrade gymnasium"
        raise Refusal("gymnasium must be of version 1.0 or later", version, remedy)
    return gymnasium, numpy


# Spaces


def js_keys(keys):
    """Keys in the order in which JavaScript has those of a sorted record: whole numbers first."""
    is_index = lambda key: key.isascii() and key.isdigit() and str(int(key)) == key and int(key) < 2**32 - 1
    rest = sorted((key for key in keys if not is_index(key)), key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return sorted((key for key in keys if is_index(key)), key=int) + rest


class Spaces:
    """Spaces as JSON, and values as rows of numbers of one type."""

    def __init__(self, gymnasium, np):
        self.types = gymnasium.spaces
        self.np = np

    def describe(self, space, which):
        s = self.types
        if isinstance(space, s.Box):
            dtype = self.row_dtype(space, which)
            bounds = {"low": self.bounds(space.low, dtype), "high": self.bounds(space.high, dtype)}
            return {"type": "box", "shape": list(space.shape), "dtype": dtype, **bounds}
        if isinstance(space, s.Discrete):
            return {"type": "discrete", "n": int(space.n), "start": int(space.start)}
        if isinstance(space, s.MultiDiscrete):
            return {"type": "multiDiscrete", "nvec": [int(n) for n in space.nvec.reshape(-1)]}
        if isinstance(space, s.MultiBinary):
            return {"type": "multiBinary", "n": int(self.np.prod(space.shape))}
        if isinstance(space, s.Dict):
            for key in space.spaces:
                if not isinstance(key, str):
                    raise Refusal(f"keys of the {which} must be texts", repr(key), "Rename it in the environment")
            return {"type": "dict", "spaces": {key: self.describe(part, f"{which} {key}") for key, part in space.spaces.items()}}
        if isinstance(space, s.Tuple):
            return {"type": "tuple", "spaces": [self.describe(part, f"{which} {i}") for i, part in enumerate(space.spaces)]}
        expectation = f"the {which} must be of Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple"
        raise Refusal(expectation, f"{type(space).__name__}", "Wrap the environment so that it is")

    def row_dtype(self, space, which):
        kind = space.dtype.kind
        if kind == "f":
            return "float32"
        if kind == "b" or space.dtype == self.np.uint8:
            return "uint8"
        if kind in "iu":
            return "int32"
        raise Refusal(f"the {which} must hold numbers", space.dtype, "Wrap the environment so that it does")

    def bounds(self, values, dtype):
        np = self.np
        if dtype == "float32":
            values = np.asarray(values, np.float64)
            largest = float(np.finfo(np.float32).max)
            word = lambda x: "Infinity" if x > largest else "-Infinity" if x < -largest else float(x)
        else:
            # Values beyond cannot be shown: those that are met end the run.
            word = lambda x: max(-(2**31), min(2**31 - 1, int(x)))
        flat = values.reshape(-1)
        if flat.size > 0 and (flat == flat[0]).all():
            return word(flat[0])
        return [word(x) for x in flat]


class Rows:
    """Values of one space as rows of numbers, parts of a Dict in the order of JavaScript."""

    def __init__(self, spaces, space):
        self.np = spaces.np
        self.space = space
        parts = []
        self.shape = self._place(spaces, space, parts)
        dtypes = {part["row"] for part in parts}
        self.dtype = self.np.dtype(dtypes.pop() if len(dtypes) == 1 else "float32")
        self.size = sum(part["size"] for part in parts)
        self.only = parts[0] if isinstance(self.shape, int) else None
        self.parts = parts
        # Among floats, whole numbers are singles too, which are exact up to here.
        self.largest = 2**24 if self.dtype == self.np.float32 else 2**31 - 1

    def _place(self, spaces, space, parts):
        """Enters the parts of a space; the same tree with a number for each of them is returned."""
        s = spaces.types
        if isinstance(space, s.Dict):
            return {key: self._place(spaces, space.spaces[key], parts) for key in js_keys(space.spaces)}
        if isinstance(space, s.Tuple):
            return tuple(self._place(spaces, part, parts) for part in space.spaces)
        np = self.np
        part = {"space": space, "at": sum(part["size"] for part in parts), "is_index": isinstance(space, s.Discrete)}
        part["shape"] = tuple(space.shape)
        part["size"] = int(np.prod(space.shape)) if space.shape else 1
        part["start"] = np.asarray(getattr(space, "start", 0)).reshape(-1) if isinstance(space, s.MultiDiscrete) else None
        if isinstance(space, s.Box):
            part["row"] = spaces.row_dtype(space, "space")
        else:
            part["row"] = "uint8" if isinstance(space, s.MultiBinary) else "int32"
        # Numbers that a row may be unable to hold are looked at one by one.
        part["is_wide"] = np.dtype(space.dtype).kind in "iu" and np.dtype(space.dtype).itemsize >= 4 and not part["is_index"]
        # A bound that was rounded on its way must not lie outside of its space.
        part["is_rounded"] = isinstance(space, s.Box) and space.dtype.kind == "f" and space.dtype != np.float32
        part["bounds"] = None
        if part["is_rounded"]:
            part["bounds"] = [(bound.astype(np.float32), bound) for bound in (space.low, space.high)]
        parts.append(part)
        return len(parts) - 1

    def write(self, value, row):
        if self.only:
            self._write_part(self.only, value, row)
        else:
            self._write_tree(self.shape, value, row)

    def _write_tree(self, tree, value, row):
        if isinstance(tree, int):
            self._write_part(self.parts[tree], value, row)
        elif isinstance(tree, dict):
            for key, part in tree.items():
                self._write_tree(part, value[key], row)
        else:
            for part, inner in zip(tree, value):
                self._write_tree(part, inner, row)

    def _write_part(self, part, value, row):
        at, size = part["at"], part["size"]
        if part["is_index"]:
            row[at] = value
            return
        if getattr(value, "shape", None) != part["shape"]:
            value = self.np.asarray(value)
            if value.shape != part["shape"]:
                expectation = f"observations must have the shape of their space, {part['shape']}"
                raise Refusal(expectation, value.shape, "Mend observation_space of the environment", "env")
        if part["is_wide"] and value.size > 0 and (value.max() > self.largest or value.min() < -self.largest):
            expectation = f"whole numbers of observations must be between -{self.largest} and {self.largest}"
            raise Refusal(expectation, value, "Wrap the environment so that they are", "env")
        flat = value.reshape(-1)
        row[at : at + size] = flat if part["start"] is None else flat - part["start"]

    def read(self, row):
        return self._read_part(self.only, row) if self.only else self._read_tree(self.shape, row)

    def _read_tree(self, tree, row):
        if isinstance(tree, int):
            return self._read_part(self.parts[tree], row)
        if isinstance(tree, dict):
            return {key: self._read_tree(part, row) for key, part in tree.items()}
        return tuple(self._read_tree(part, row) for part in tree)

    def _read_part(self, part, row):
        np = self.np
        at = part["at"]
        if part["is_index"]:
            return np.int64(row[at])
        space = part["space"]
        value = row[at : at + part["size"]]
        if part["start"] is not None:
            value = value + part["start"]
        value = value.astype(space.dtype).reshape(part["shape"])
        if part["is_rounded"]:
            for rounded, bound in part["bounds"]:
                value = np.where(value == rounded, bound, value)
        return value


# Copies


class Episode:
    """How an episode began and what was played in it, so that it can be played again."""

    __slots__ = ("seed", "options", "generator", "actions", "digest", "is_running", "steps")

    def __init__(self, seed=None, options=None, generator=None):
        self.seed = seed
        self.options = options
        self.generator = generator
        self.actions = bytearray()
        self.digest = 0
        self.is_running = False
        self.steps = 0


class Copies:
    """N copies of an environment."""

    def __init__(self, config, channel):
        self.gymnasium, self.np = load_gymnasium()
        self.channel = channel
        self.config = config
        self.id = config["id"]
        if config["keywords"].get("render_mode") != "human":
            # Pictures are drawn without a display.
            os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        for module in config["modules"]:
            self._import(module)
        spaces = Spaces(self.gymnasium, self.np)
        self.envs = [self.make()]
        first = self.envs[0]
        shown, self.show = self._shown(first.observation_space, config["parts"])
        self.described = {
            "observation": spaces.describe(shown, "observation"),
            "action": spaces.describe(first.action_space, "action"),
        }
        self.obs = Rows(spaces, shown)
        self.action = Rows(spaces, first.action_space)
        self.num_actions = int(first.action_space.n) if config["masks"] and isinstance(first.action_space, spaces.types.Discrete) else 0
        while len(self.envs) < config["copies"]:
            channel.beat()
            self.envs.append(self.make())
        self.episodes = [Episode() for _ in self.envs]
        self.blocks = {count: Block(self, count) for count in (1, len(self.envs))}

    def _import(self, module):
        import importlib

        try:
            loaded = importlib.import_module(module)
        except ImportError as error:
            remedy = f"Run {sys.executable} -m pip install {module.replace('_', '-')}"
            raise Refusal(f"the module {module} must be there", error, remedy) from error
        register = getattr(self.gymnasium, "register_envs", None)
        if register:
            register(loaded)

    def _shown(self, space, parts):
        """The space of what is shown of an observation, and how it is taken out of one."""
        if not parts:
            return space, None
        known = list(space.spaces) if isinstance(space, self.gymnasium.spaces.Dict) else []
        for part in parts:
            if part not in known:
                expectation = "parts must be keys of a Dict observation"
                remedy = f"It has {', '.join(map(str, known))}" if known else "Leave it out"
                raise Refusal(expectation, part, remedy)
        if len(parts) == 1:
            (only,) = parts
            return space.spaces[only], lambda obs: obs[only]
        return self.gymnasium.spaces.Dict({part: space.spaces[part] for part in parts}), lambda obs: {part: obs[part] for part in parts}

    def write_obs(self, obs, row):
        self.obs.write(obs if self.show is None else self.show(obs), row)

    def make(self):
        options = dict(self.config["keywords"])
        limit = self.config["limit"]
        if limit is not None:
            options["max_episode_steps"] = limit
        if self.config["pictures"] and "render_mode" not in options and self._has_pictures():
            options["render_mode"] = "rgb_array"
        return self._make(options)

    def _make(self, options):
        gymnasium = self.gymnasium
        try:
            return gymnasium.make(self.id, **options)
        except gymnasium.error.UnregisteredEnv as error:
            module = next((module for start, module in MODULES if self.id.startswith(start)), None)
            if module is None or module in sys.modules:
                is_version = isinstance(error, gymnasium.error.VersionNotFound)
                remedy = "Choose a version that it has" if is_version else "Name the module that registers it: gymnasium:<module>:<id>"
                raise Refusal("the environment must be registered in Gymnasium", error, remedy) from error
            self._import(module)
            return self._make(options)
        except ModuleNotFoundError as error:
            raise Refusal("what the environment imports must be there", error, "Install it for this Python") from error
        except gymnasium.error.DependencyNotInstalled as error:
            raise Refusal("what the environment needs must be there", self.id, printed(error)) from error
        except (TypeError, ValueError, AttributeError, gymnasium.error.Error) as error:
            # Gymnasium wraps what the environment throws, and repeats all options.
            own = error.__cause__ or error
            if not isinstance(error, gymnasium.error.Error) and "keyword argument" not in str(own):
                traceback.print_exc()
            text = f"{type(own).__name__}: {own}"
            raise Refusal("Gymnasium must be able to make the environment", text, "Look at its id and options") from error

    def _has_pictures(self):
        """Whether the environment says that it can draw pictures; it is asked before it is made."""
        registration = self.gymnasium.envs.registration
        try:
            spec = self.gymnasium.spec(self.id)
            entry = spec.entry_point
            creator = registration.load_env_creator(entry) if isinstance(entry, str) else entry
            return "rgb_array" in creator.metadata.get("render_modes", ())
        except self.gymnasium.error.UnregisteredEnv:
            module = next((module for start, module in MODULES if self.id.startswith(start)), None)
            if module is None or module in sys.modules:
                return False
            self._import(module)
            return self._has_pictures()
        except Exception:  # Whatever is wrong, making the environment tells it better.
            return False

    def about(self):
        first = self.envs[0]
        limit = first.spec.max_episode_steps if first.spec else None
        compute = getattr(first.unwrapped, "compute_reward", None)
        is_record = isinstance(first.observation_space, self.gymnasium.spaces.Dict) and self.show is None
        keys = set(first.observation_space.spaces) if is_record else set()
        is_goal = callable(compute) and {"observation", "achieved_goal", "desired_goal"} <= keys
        return {
            "protocol": PROTOCOL,
            "python": sys.version.split()[0],
            "gymnasium": self.gymnasium.__version__,
            **self.described,
            "maxEpisodeSteps": limit if limit is not None and limit > 0 else None,
            "rewardThreshold": first.spec.reward_threshold if first.spec else None,
            "hasGoals": is_goal,
            "goalsEnd": is_goal and callable(getattr(first.unwrapped, "compute_terminated", None)),
            "hasPictures": first.render_mode == "rgb_array",
            "numActions": self.num_actions,
        }

    # Playing

    def begin(self, index, seed, options):
        env = self.envs[index]
        self.episodes[index] = episode = Episode(seed, options, None if seed is not None else generator_of(env))
        obs, info = env.reset(seed=seed, options=options)
        episode.is_running = True
        return obs, info

    def step(self, content):
        first, count, flags = RANGE.unpack_from(content)
        actions = self.np.frombuffer(content, self.action.dtype, offset=RANGE.size).reshape(count, self.action.size)
        block = self.blocks[count]
        infos = [] if flags & WITH_INFO else None
        ended = 0
        for j in range(count):
            self.channel.beat()
            index = first + j
            played = actions[j]
            episode = self.episodes[index]
            obs, reward, terminated, truncated, info = self.envs[index].step(self.action.read(played))
            block.reward[j] = reward
            block.terminated[j] = terminated
            block.truncated[j] = truncated
            row = block.obs[j]
            self.write_obs(obs, row)
            episode.actions += played.tobytes()
            episode.steps += 1
            episode.digest = digest(episode.digest, row, block.reward[j : j + 1], self.np)
            if self.num_actions:
                block.write_mask(block.mask, j, info, terminated)
            if infos is not None:
                infos.append(plain(info, self.np))
            if flags & RESET_ENDED and (terminated or truncated):
                block.final[ended] = row
                ended += 1
                block.success[j] = bool(info.get("is_success", False))
                if self.num_actions:
                    block.final_mask[j] = block.mask[j]
                obs, info = self.begin(index, None, None)
                self.write_obs(obs, row)
                if self.num_actions:
                    block.write_mask(block.mask, j, info, False)
        self._answer(block, ended, infos)

    def reset(self, content):
        request = json.loads(content.decode("utf-8"))
        first, count, seeds = request["first"], request["count"], request["seeds"]
        block = self.blocks[count]
        infos = [] if request["info"] else None
        for j in range(count):
            self.channel.beat()
            obs, info = self.begin(first + j, None if seeds is None else seeds[j], request["options"])
            self.write_obs(obs, block.obs[j])
            if self.num_actions:
                block.write_mask(block.mask, j, info, False)
            if infos is not None:
                infos.append(plain(info, self.np))
        self._answer(block, 0, infos)

    def _answer(self, block, ended, infos):
        length = block.fixed + ended * block.row_bytes
        if infos is None:
            self.channel.send_rows(block.buffer, length)
            return
        rows = memoryview(block.buffer)[HEADER.size : HEADER.size + length]
        self.channel.send(OK, rows, json.dumps(infos, allow_nan=False).encode("utf-8"))

    def render(self, content):
        (index,) = struct.unpack("<I", content)
        picture = self.np.asarray(self.envs[index].render())
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != self.np.uint8:
            raise Refusal("pictures must be [height, width, 3] of uint8", f"{picture.shape} of {picture.dtype}", "Look at render()", "env")
        self.channel.send(OK, struct.pack("<II", picture.shape[1], picture.shape[0]), picture.tobytes())

    def outcomes(self, content):
        """Rewards of transitions with other goals, and whether they would have been ends."""
        np = self.np
        which, count, size = struct.unpack_from("<III", content)
        achieved, desired = np.frombuffer(content, np.float32, offset=12).reshape(2, count, size).astype(np.float64)
        env = self.envs[0].unwrapped
        if which == 0:
            values = env.compute_reward(achieved, desired, [{}] * count)
        else:
            values = [env.compute_terminated(achieved[i], desired[i], {}) for i in range(count)]
        self.channel.send(OK, np.broadcast_to(np.asarray(values, np.float32), (count,)).tobytes())

    # States

    def state(self, content):
        (index,) = struct.unpack("<I", content)
        about, data = save(self.envs[index], self.episodes[index])
        text = json.dumps(about).encode("utf-8")
        self.channel.send(OK, struct.pack("<I", len(text)), text, data)

    def restore(self, content):
        index, length = struct.unpack_from("<II", content)
        try:
            about = json.loads(content[8 : 8 + length].decode("utf-8"))
            known = {"method", "seed", "options", "generator", "isRunning", "steps", "digest"} <= set(about)
        except (ValueError, TypeError):
            known = False
        if not known:
            raise Refusal("the state must be one of this environment", "another one", "Restore what was saved", "state")
        self.episodes[index] = self._take_back(self.envs[index], about, content[8 + length :])
        self.channel.send(OK)

    def _take_back(self, env, about, data):
        episode = Episode(about["seed"], about["options"], about["generator"])
        if not about["isRunning"]:
            return episode
        if about["seed"] is None:
            env.reset(seed=0)
            give_generator(env, about["generator"])
        env.reset(seed=about["seed"], options=about["options"])
        episode.is_running = True
        episode.steps = about["steps"]
        if about["method"] == "own":
            give_own(env, bytes(data), about["elapsed"])
            episode.digest = about["digest"]
            if about["now"] is not None:
                give_generator(env, about["now"])
            return episode
        block = self.blocks[1]
        if len(data) % (self.action.size * self.action.dtype.itemsize):
            raise Refusal("the state must hold whole actions", f"{len(data)} bytes", "Restore what was saved", "state")
        actions = self.np.frombuffer(data, self.action.dtype).reshape(-1, self.action.size)
        for played in actions:
            self.channel.beat()
            obs, reward, _, _, _ = env.step(self.action.read(played))
            self.write_obs(obs, block.obs[0])
            block.reward[0] = reward
            episode.digest = digest(episode.digest, block.obs[0], block.reward[:1], self.np)
        if episode.digest != about["digest"]:
            expectation = "an episode must be the same when it is played again"
            raise Refusal(expectation, "another one", "Use the versions of Python's packages that the run was begun with", "state")
        episode.actions += data
        return episode

    def probe(self, _content):
        """Whether two environments that know nothing of each other go on alike from the state of one of them."""
        self.channel.send(OK, b"\1" if self._is_resumable() else b"\0")

    def _is_resumable(self):
        twins = []
        kept = self.envs, self.episodes
        try:
            self.envs, self.episodes = [self.make()], [Episode()]
            twins += self.envs
            # Whole episodes, and then a state in the middle of one that was begun without a seed.
            played = self._play(1, self._samples(0), self._until(PROBE_SECONDS))
            self.begin(0, None, None)
            self._go_on(self._samples(1), range(min(len(played), PROBE_STEPS // 4)))
            about, data = save(self.envs[0], self.episodes[0])
            about = json.loads(json.dumps(about))
            seen = self._go_on(self._samples(2), self._until(PROBE_SECONDS))
            seen_anew = self._play(None, self._samples(3), range(25))
            self.envs = [self.make()]
            twins += self.envs
            self.episodes = [self._take_back(self.envs[0], about, data)]
            return seen == self._go_on(self._samples(2), range(len(seen))) and seen_anew == self._play(None, self._samples(3), range(25))
        except Exception:  # Whatever went wrong: it is not.
            return False
        finally:
            self.envs, self.episodes = kept
            for twin in twins:
                twin.close()

    def _samples(self, seed):
        """A space of actions that draws the same ones each time."""
        space = self.envs[0].action_space
        space.seed(seed)
        return space

    def _until(self, seconds):
        """Counts steps, until there are enough of them or they take long."""
        start = time.monotonic()
        for t in range(PROBE_STEPS):
            if t > 0 and time.monotonic() - start > seconds:
                return
            yield t

    def _play(self, seed, space, steps):
        obs, _ = self.begin(0, seed, None)
        row = self.np.zeros(self.obs.size, self.obs.dtype)
        self.write_obs(obs, row)
        return [row.tobytes(), *self._go_on(space, steps)]

    def _go_on(self, space, steps):
        """Plays random actions, whole episodes, and returns what was seen of each step."""
        np = self.np
        seen = []
        row, reward = np.zeros(self.obs.size, self.obs.dtype), np.zeros(1)
        flat = np.zeros(self.action.size, self.action.dtype)
        for _ in steps:
            self.channel.beat()
            self.action.write(space.sample(), flat)
            episode = self.episodes[0]
            obs, paid, terminated, truncated, _ = self.envs[0].step(self.action.read(flat))
            self.write_obs(obs, row)
            reward[0] = paid
            episode.actions += flat.tobytes()
            episode.steps += 1
            episode.digest = digest(episode.digest, row, reward, np)
            start = b""
            shown = row.tobytes()
            if terminated or truncated:
                obs, _ = self.begin(0, None, None)
                self.write_obs(obs, row)
                start = row.tobytes()
            seen.append((zlib.crc32(shown), paid, bool(terminated), bool(truncated), zlib.crc32(start)))
        return seen

    def close(self, _content=None):
        for env in self.envs:
            self.channel.beat()
            env.close()


class Block:
    """Room for the answer about `count` copies, as the other side reads it; every array begins at a multiple of 8 bytes."""

    def __init__(self, copies, count):
        np = copies.np
        size, dtype, masked = copies.obs.size, copies.obs.dtype, copies.num_actions
        self.np = np
        self.num_actions = masked
        self.row_bytes = size * dtype.itemsize
        self.fixed = 0
        layout = []

        def place(shape, kind):
            layout.append((self.fixed, shape, np.dtype(kind)))
            bytes_ = int(np.prod(shape)) * np.dtype(kind).itemsize
            self.fixed += -(-bytes_ // 8) * 8

        place((count,), "float64")
        for _ in range(3):
            place((count,), "uint8")
        place((count, masked), "uint8")
        place((count, masked), "uint8")
        place((count, size), dtype)
        layout.append((self.fixed, (count, size), dtype))
        self.buffer = bytearray(HEADER.size + self.fixed + count * self.row_bytes)
        arrays = [
            np.frombuffer(self.buffer, kind, count=int(np.prod(shape)), offset=HEADER.size + at).reshape(shape)
            for at, shape, kind in layout
        ]
        self.reward, self.terminated, self.truncated, self.success, self.mask, self.final_mask, self.obs, self.final = arrays

    def write_mask(self, masks, j, info, is_last):
        mask = info.get("action_mask")
        if mask is None and is_last:
            masks[j] = 1
            return
        if mask is None or self.np.shape(mask) != (self.num_actions,):
            expectation = f"info['action_mask'] must have {self.num_actions} numbers"
            raise Refusal(expectation, "none" if mask is None else self.np.shape(mask), "Leave actionMask=true out", "env")
        masks[j] = mask


def digest(before, row, reward, np):
    if row.size > SAMPLED:
        row = np.ascontiguousarray(row[:: row.size // SAMPLED])
    return zlib.crc32(reward, zlib.crc32(row, before))


def generator_of(env):
    """The state of the generator of an environment, where it has one that was seeded."""
    try:
        generator = getattr(env.unwrapped, "_np_random", None)
        return None if generator is None else plain_generator(generator.bit_generator.state)
    except (AttributeError, TypeError):
        return None


def plain_generator(state):
    return json.loads(json.dumps(state, default=lambda value: value.tolist()))


def give_generator(env, state):
    if state is None:
        raise Refusal("the generator of the environment must be known", "none", "Begin a new run", "state")
    env.unwrapped.np_random.bit_generator.state = state


def has_own_state(env):
    inner = env.unwrapped
    return callable(getattr(inner, "zpin_state", None)) or callable(getattr(inner, "clone_state", None))


def save(env, episode):
    """A state: the environment's own, where it has methods for it, else what makes it play the episode again."""
    about = {
        "method": "replay",
        "seed": episode.seed,
        "options": episode.options,
        "generator": episode.generator,
        "isRunning": episode.is_running,
        "steps": episode.steps,
        "digest": episode.digest,
    }
    if not episode.is_running or not has_own_state(env):
        return about, bytes(episode.actions)
    inner = env.unwrapped
    if callable(getattr(inner, "zpin_state", None)):
        data = bytes(inner.zpin_state())
    else:
        # Atari games: the whole machine, its generator of sticky actions among it.
        data = inner.clone_state(include_rng=True).__getstate__()
    return {**about, "method": "own", "elapsed": elapsed_of(env), "now": generator_of(env)}, data


def give_own(env, data, elapsed):
    inner = env.unwrapped
    if callable(getattr(inner, "zpin_restore", None)):
        inner.zpin_restore(data)
    else:
        state = inner.clone_state(include_rng=True)
        other = type(state).__new__(type(state))
        other.__setstate__(data)
        inner.restore_state(other)
    for wrapper, count in zip(wrappers_of(env), elapsed):
        wrapper._elapsed_steps = count


def wrappers_of(env):
    """The wrappers that count steps."""
    while env is not env.unwrapped:
        if isinstance(getattr(env, "__dict__", {}).get("_elapsed_steps"), int):
            yield env
        env = env.env


def elapsed_of(env):
    return [wrapper._elapsed_steps for wrapper in wrappers_of(env)]


def plain(value, np):
    """Numbers, truths, texts, and lists and records of them; what is none of these is left out. JSON knows no infinities."""
    if isinstance(value, dict):
        parts = ((str(key), plain(part, np)) for key, part in value.items())
        return {key: part for key, part in parts if part is not None}
    if isinstance(value, (list, tuple)):
        return [part for part in (plain(part, np) for part in value) if part is not None]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return plain(value.tolist(), np)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        is_finite = value == value and abs(value) != float("inf")
        return value if is_finite else {"number": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    return None


def printed(error):
    """The text of an error without the full stop that follows it anyway."""
    return str(error).rstrip(". ")


def failure(error):
    """What went wrong in an environment, with the last lines of the traceback."""
    if isinstance(error, Refusal):
        return error.data
    lines = [line.strip() for text in traceback.format_exception(type(error), error, error.__traceback__) for line in text.split("\n")]
    lines = [line for line in lines if line and set(line) - set("^~ ")]
    places = [line for line in lines[:-1] if line.startswith("File")]
    at = len(lines) - 1 - lines[::-1].index(places[-1]) if places else 0
    text = f"{type(error).__name__}: {error}"
    return {"kind": "env", "expectation": "the environment must not throw", "got": text, "remedy": "Look at " + " | ".join(lines[at:-1][:2])}


def serve():
    channel = Channel()
    ignore_signals()
    stay_with_parent(channel)
    copies = None
    while True:
        kind, content = channel.receive()
        try:
            if kind == HELLO:
                config = json.loads(content.decode("utf-8"))
                if config["protocol"] != PROTOCOL:
                    raise Refusal(f"the protocol must be of version {PROTOCOL}", config["protocol"], "Install @zpin/python anew")
                copies = Copies(config, channel)
                channel.send(OK, json.dumps(copies.about()).encode("utf-8"))
            elif kind == CLOSE:
                if copies:
                    copies.close()
                channel.send(OK)
                return
            else:
                names = {STEP: "step", RESET: "reset", RENDER: "render", STATE: "state", RESTORE: "restore", PROBE: "probe", OUTCOMES: "outcomes"}
                getattr(copies, names[kind])(content)
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            if not isinstance(error, Refusal):
                traceback.print_exc()
            channel.send(ERROR, json.dumps(failure(error)).encode("utf-8"))


serve()
