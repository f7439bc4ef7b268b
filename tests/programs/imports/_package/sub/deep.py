from .. import names as up_names
from ..later import who as relative
def where(): return __name__, up_names
