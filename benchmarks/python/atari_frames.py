"""Plays seeded random actions in the Arcade Learning Environment and writes every frame to standard output.

Usage: atari_frames.py ROM FRAMES SEED [MODE DIFFICULTY]. First comes a line with the folder of the cartridges of ale_py, in which
ROM is a file, the minimal actions of the game and the number of its modes, with tabs between. Then, for each frame, a record in little-endian order: action (uint8, an index of the minimal actions; 254 for a reset), reward (int32), lives
(int32), whether the game is over (uint8), 128 bytes of memory, 210 x 160 colours. Without sticky actions; a game that is over is
started anew. With FRAMES 0 only the first line is written.
"""

import os
import random
import struct
import sys
import time

import ale_py

rom, frames, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
folder = os.path.join(os.path.dirname(ale_py.__file__), "roms")
out = sys.stdout.buffer
if frames == 0:
    out.write((folder + "\n").encode())
    sys.exit()

ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
ale = ale_py.ALEInterface()
ale.setInt("random_seed", seed)
ale.setFloat("repeat_action_probability", 0.0)
ale.loadROM(os.path.join(folder, rom))
if len(sys.argv) > 4:
    ale.setMode(int(sys.argv[4]))
    ale.setDifficulty(int(sys.argv[5]))
actions = ale.getMinimalActionSet()
numbers = ",".join(str(action.value) for action in actions)
out.write(f"{folder}\t{numbers}\t{len(ale.getAvailableModes())}\n".encode())
rng = random.Random(seed)


def write(action, reward):
    out.write(struct.pack("<BiiB", action, int(reward), ale.lives(), int(ale.game_over())))
    out.write(ale.getRAM().tobytes())
    out.write(ale.getScreen().tobytes())


def reset():
    ale.reset_game()
    write(254, 0)


reset()
seconds = 0.0
for _ in range(frames):
    if ale.game_over():
        reset()
    index = rng.randrange(len(actions))
    start = time.process_time()
    reward = ale.act(actions[index])
    seconds += time.process_time() - start
    write(index, reward)
sys.stderr.write(f"{frames / seconds:.0f}")
