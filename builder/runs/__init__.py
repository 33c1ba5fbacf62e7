"""What a training leaves behind: its rows in the store and its folder of files."""
