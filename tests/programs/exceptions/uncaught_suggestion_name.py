# exit: 1
# "Did you mean" for names.
def function():
    measurement = 5
    return measurment
function()
