before = "set before the cycle"
import _cycle_b
result = _cycle_b.seen + "!"
