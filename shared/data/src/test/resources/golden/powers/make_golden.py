"""Records what CPython makes of base ** exponent, as hexadecimal floating-point numbers."""

import decimal
import pathlib
import random

decimal.getcontext().prec = 80
r = random.Random(17)
cases = [(n / 64, a) for n in (1, 2, 4, 9, 16, 25, 32, 49, 63) for a in (0.5, 1.5, 2.0, 3.0, 0.25)]
cases += [(1.0, 0.3), (0.5, 0.0), (1 / 3, 1.0), (5e-324, 0.3), (1e-300, 1.01), (0.5, 1074.0), (0.9, 7000.0)]
for _ in range(3000):
    documents = [r.randint(1, 10 ** r.randint(1, 9)) for _ in range(r.randint(2, 6))]
    cases.append((r.choice(documents) / sum(documents), r.choice([0.3, 0.1, 0.5, 0.7, 0.2, 1.5, r.random()])))
rows = []
for base, exponent in cases:
    exact = decimal.Decimal(base) ** decimal.Decimal(exponent)
    found = base**exponent
    mark = "" if float(exact) == found else "\tnot the nearest"
    rows.append(f"{base.hex()}\t{exponent.hex()}\t{found.hex()}{mark}\n")
pathlib.Path(__file__).with_name("powers.tsv").write_text("".join(rows))
