# Sourced by the commands beside this folder: finds the Python that runs them.
#
# Sets SETUP (the folder of the commands) and PYTHON (an interpreter that Odoo 19
# supports). Plain sh, because an older Python could not even parse the rest.

SETUP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd -P) || exit 1

python_version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

python_supported() {
    case $(python_version "$1") in 3.1[0-3]) return 0 ;; *) return 1 ;; esac
}

python_makes_environments() {
    python_supported "$1" && "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# The one that the environment was made with stays. Else the system's comes first: where
# Python was built without optimisations, as pyenv does it, Odoo takes an eighth longer.
python_usual() {
    made=$(readlink -f -- "$SETUP/../.odoo/venv/bin/python")
    for known in "$made" /usr/bin/python3; do
        python_makes_environments "$known" && echo "$known" && return
    done
    echo python3 python3.11 python3.12 python3.13 python3.10
}

# An explicit $PYTHON is taken or refused, never silently replaced.
candidates=${PYTHON:-$(python_usual)}
PYTHON=
for candidate in $candidates; do
    if python_supported "$candidate"; then
        PYTHON=$candidate
        break
    fi
done

if [ -z "$PYTHON" ]; then
    first=${candidates%% *}
    found=$(python_version "$first")
    echo "setup: Odoo 19 needs Python 3.10 to 3.13, but $first is ${found:-missing};" \
        "install one (apt-get install python3 python3-venv) or set PYTHON to its path" >&2
    exit 1
fi
unset candidates candidate first found made known
