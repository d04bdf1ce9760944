"""The error of this room. It imports none of our packages, so it stands beside their tree; the command line joins them.

InstallError    what is wrong, where, what to do
"""


class InstallError(Exception):
    """Something that keeps an installation from being planned, done or undone.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str
        File, folder or program. Empty if it concerns the whole request.
    remedy : str
        What the user can do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)
