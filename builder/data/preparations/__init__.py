"""What turns raw samples into a network's input: one file for each kind of field, and for what is predicted.

It is fitted on the training part, saved with the run and used everywhere: training, evaluation, prediction and export
all go through `apply`. `builder.data.fitting` puts the fields of a data set together.
"""
