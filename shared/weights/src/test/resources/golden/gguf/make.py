"""Blocks of q8_0 by numpy, from the formula of ggml's reference: scale = max |x| / 127 in single
precision, numbers over it rounded half away from zero, the scale stored in half precision."""
import numpy as np
rng = np.random.default_rng(7)
rows = [rng.standard_normal(32).astype(np.float32) * np.float32(s) for s in (1, 1e-3, 30, 1e-6)]
rows.append(np.zeros(32, np.float32))
half = np.full(32, 0.5, np.float32); half[0] = 127; half[1] = -0.5; half[2] = 1.5; half[3] = -2.5; half[4]=-127
rows.append(half)
ties = (np.arange(32, dtype=np.float32) - 16) / np.float32(2); ties[0] = 63.5
rows.append(ties)
with open("q8_0.tsv", "w") as out:
    for x in rows:
        d = np.float32(np.abs(x).max() / np.float32(127))
        inv = np.float32(0) if d == 0 else np.float32(np.float32(1) / d)
        y = x * inv
        assert y.dtype == np.float32
        a = np.abs(y); fl = np.floor(a); q = np.sign(y) * (fl + np.floor(np.float32(2) * (a - fl)))
        block = np.float16(d).tobytes() + q.astype(np.int8).tobytes()
        out.write(x.tobytes().hex() + "\t" + block.hex() + "\n")
