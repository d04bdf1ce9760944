"""Training of the model that ships; `README.md` in this folder has the commands."""
