from . import names
who = "later in " + names
up = __name__.rpartition(".")[0]
