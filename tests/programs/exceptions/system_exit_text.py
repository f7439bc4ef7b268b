# exit: 1
# A SystemExit with text prints it on standard error and gives 1.
print("out")
raise SystemExit("farewell")
