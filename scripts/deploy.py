#!/usr/bin/env python
"""Deploy a ledger to any chain and write its deployment file.

    deploy.py --rpc URL --key FILE --registrar ADDRESS --out FILE [--password FILE]

The same as `receipts-ledger deploy`. Exit code 0: deployed. 2: not, and one line says why.
"""

import sys

from receipts_ledger.cli.door import run

if __name__ == "__main__":
    sys.exit(run(["deploy", *sys.argv[1:]]))
