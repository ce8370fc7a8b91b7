"""`python -m leadledger` is the command line."""

from leadledger.cli import main

if __name__ == "__main__":
    main()
