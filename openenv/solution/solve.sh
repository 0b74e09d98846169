#!/bin/sh
# The oracle: the expert plays against the server of this container.
exec node "$(dirname "$0")/solve.mjs" "${1:-http://127.0.0.1:8000}"
