"""Ends this process when the one that started it is gone, even by force: nobody would wait for its figures."""

import os
import threading
import time


def end_with_parent():
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
