import _cycle_a
seen = _cycle_a.before + " / " + str(hasattr(_cycle_a, "result"))
