"""Unpacks from a TensorFlow wheel the C library and the headers that tfjs-node's addon is built against.

usage: unpack_wheel.py WHEEL TARGET      writes TARGET/lib and TARGET/include
"""
import os
import re
import shutil
import sys
import zipfile

LIBRARY = re.compile(r"tensorflow/(libtensorflow_(?:cc|framework)[^/]*\.(?:so|dylib)[^/]*)$")
HEADER = re.compile(r"tensorflow/include/((?:tensorflow|tsl|xla/tsl)/.+\.(?:h|inc|def))$")


def main(wheel, target):
    libraries = 0
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            library, header = LIBRARY.match(entry.filename), HEADER.match(entry.filename)
            if not (library or header):
                continue
            libraries += bool(library)
            place = os.path.join(target, "lib", library[1]) if library else os.path.join(target, "include", header[1])
            os.makedirs(os.path.dirname(place), exist_ok=True)
            # Reading to the end makes zipfile check the entry's CRC.
            with archive.open(entry) as source, open(place, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    if libraries < 2:
        sys.exit(f"{os.path.basename(wheel)} holds {libraries} of the 2 libraries libtensorflow_cc and libtensorflow_framework")


main(*sys.argv[1:3])
