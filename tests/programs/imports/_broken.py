x = 1
raise ValueError("module body fails")
