#!/usr/bin/env python3
"""Independent check of the audit chains that `icuops audit export` writes. Standard library only.

    verify_audit.py [FILE]        FILE or standard input; exit 0 good, 3 damaged, 2 wrong usage
    verify_audit.py --self-test   the golden vectors must pass, every damage made to them must be found

It shares no code with the server. A row is {"chain", "seq", "prev_hash", "hash", "payload"}; payload is
the exact canonical text (RFC 8785, restricted to strings, booleans, null and integers below 2^53), and
hash = SHA-256(0x01 || prev_hash || u32 big-endian byte length || payload). It cannot see a cut tail or a
chain rewritten as a whole: for that, compare the printed heads with those the other party keeps.
"""
import hashlib, json, sys
from pathlib import Path

ZERO = "00" * 32

def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)

def parse(text):
    return json.loads(text, object_pairs_hook=unique)

def canonical(value):
    """RFC 8785 text of a restricted value; raises ValueError for anything outside the restriction."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, str):
        value.encode()  # a lone surrogate has no UTF-8 form
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))  # UTF-16 code units
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    raise ValueError(f"{value!r:.40} is not allowed in a payload")

def fault(row, seq, prev):
    """What is wrong with a row that must be number `seq` after hash `prev`, or None."""
    if row["seq"] != seq or isinstance(row["seq"], bool):
        return f"expected seq {seq}"
    payload = parse(row["payload"])
    if canonical(payload) != row["payload"]:
        return "payload is not in canonical form"
    if payload.get("hospital") != row["chain"] or payload.get("seq") != seq:
        return "payload belongs to another hospital or seq"
    if row["prev_hash"] != prev:
        return "prev_hash is not the hash of the row before"
    data = row["payload"].encode()
    want = hashlib.sha256(b"\x01" + bytes.fromhex(prev) + len(data).to_bytes(4, "big") + data).hexdigest()
    return None if row["hash"] == want else "hash does not fit the payload"

def verify(lines):
    """Returns ({chain: (last good seq, head)}, {chain: (first bad seq, reason)})."""
    heads, bad = {}, {}
    for number, line in enumerate(lines, 1):
        chain, seq = f"line {number}", number
        try:
            row = parse(line)
            chain = str(row["chain"])
            seq, head = heads.setdefault(chain, (0, ZERO))
            seq += 1
            reason = fault(row, seq, head)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"unreadable: {error}"
        if reason is None and chain not in bad:
            heads[chain] = (seq, row["hash"])
        elif reason is not None:
            bad.setdefault(chain, (seq, reason))
    return heads, bad

def self_test():
    golden = (Path(__file__).parent / "golden" / "audit-chain.ndjson").read_text("utf-8").strip("\n").split("\n")
    rows = [json.loads(line) for line in golden]
    first = rows[0]["chain"]
    assert verify(golden)[1] == {} and len(verify(golden)[0]) == 2, verify(golden)
    edit = lambda at, **new: [json.dumps({**row, **new} if i == at else row) for i, row in enumerate(rows)]
    damage = {
        "edited payload": (edit(0, payload=rows[0]["payload"].replace("true", "false")), 1),
        "edited hash": (edit(1, hash=ZERO), 2),
        "other byte, same meaning": (edit(0, payload=rows[0]["payload"].replace(":", ": ", 1)), 1),
        "number outside the restriction": (edit(1, payload='{"at":1.5}'), 2),
        "deleted": (golden[1:], 1),
        "inserted": ([golden[0], golden[0], *golden[1:]], 2),
        "reordered": ([golden[1], golden[0], golden[2]], 1),
        "moved to the other chain": (edit(2, chain=first), 3),
        "not JSON": ([golden[0], golden[1][:-5]], None),
    }
    for name, (lines, seq) in damage.items():
        bad = verify(lines)[1]
        assert bad and seq in (None, bad.get(first, (None,))[0]), f"{name}: {bad}"
    print(f"{len(damage) + 1} passed, 0 failed")

def main(args):
    if args == ["--self-test"]:
        self_test()
        return 0
    if len(args) > 1 or any(arg.startswith("-") for arg in args):
        print(__doc__, file=sys.stderr)
        return 2
    with open(args[0] if args else 0, encoding="utf-8", newline="\n") as lines:
        heads, bad = verify(line for line in lines if line.strip())
    for chain, (seq, head) in heads.items():
        print(f"{chain}: good to seq {seq}, head {head}")
    for chain, (seq, reason) in bad.items():
        print(f"{chain}: FIRST BAD SEQ {seq}: {reason}")
    print(f"{len(heads)} chains, {sum(seq for seq, _ in heads.values())} good rows, {len(bad)} damaged")
    return 3 if bad else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
