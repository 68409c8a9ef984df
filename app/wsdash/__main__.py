"""``python -m wsdash``: the same as the ``wsdash`` command."""

import sys

from wsdash.cli import main

if __name__ == "__main__":
    sys.exit(main())
