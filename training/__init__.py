"""Fine-tuning on this machine, in a process and an environment of its own.

``python -m training JOB`` does what a job folder asks (:mod:`engine.formats.job`). Nothing here is
imported by the engine or the window; they start the process and read the folder's events.
"""
