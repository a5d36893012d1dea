import sys

from baylock_lock.command import main

if __name__ == "__main__":
    sys.exit(main())
