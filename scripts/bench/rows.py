"""The rows of the comparison: what both sides reached in every round, and how they are shown."""
import csv
import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    work: str
    unit: str
    # The ratio that the project wants, or the share of the limit.
    wanted: float
    # Whether more is better, as of examples per second.
    is_rate: bool = False
    ours: list = field(default_factory=list)
    # Per variant of the peer, a value per round. Empty where the peer is left out.
    peer: dict = field(default_factory=dict)

    def add_peer(self, variant, value):
        self.peer.setdefault(variant, []).append(value)

    def fastest(self):
        """The peer's best variant by its median; none without a peer."""
        best = max if self.is_rate else min
        return best(self.peer, key=lambda variant: statistics.median(self.peer[variant])) if self.peer else None

    def ratio(self):
        """How many times better ours is than the peer's fastest variant; none without a peer."""
        if not self.peer or not self.ours:
            return None
        ours, peer = statistics.median(self.ours), statistics.median(self.peer[self.fastest()])
        return ours / peer if self.is_rate else peer / ours


def digits(value):
    """Three digits: more would be noise."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    places = next((places for bound, places in ((100, 0), (10, 1), (1, 2)) if value >= bound), 3)
    return f"{value:.{places}f}"


def spread(values):
    if not values:
        return "-"
    middle, low, high = (digits(of(values)) for of in (statistics.median, min, max))
    return f"{middle} ({low} to {high})"


def table(rows):
    """Aligned text: medians, with minimum and maximum, of both sides."""
    cells = [("work", "plumb", "PyTorch, its fastest", "ratio", "wanted")]
    for row in rows:
        best = row.fastest()
        peer = f"{spread(row.peer[best])} {best}" if best else "-"
        ratio = row.ratio()
        # Nothing is wanted of what nothing stands beside.
        shown, wanted = ("-", "-") if ratio is None else (f"{ratio:.2f}", f"{row.wanted:.2f}")
        cells.append((f"{row.work}, {row.unit}", spread(row.ours), peer, shown, wanted))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) if column < 3 else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in cells
    )


def write_csv(path, rows):
    """One line per side and variant; the ratio stands with the variant that it is taken against."""
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["work", "unit", "side", "variant", "rounds", "min", "median", "max", "ratio", "wanted"])
        for row in rows:
            best = row.fastest()
            sides = [("plumb", "", row.ours)] + [("pytorch", name, values) for name, values in row.peer.items()]
            for side, variant, values in sides:
                if not values:
                    continue
                ratio = row.ratio() if side == "pytorch" and variant == best else None
                out.writerow([
                    row.work, row.unit, side, variant, len(values), min(values), statistics.median(values), max(values),
                    "" if ratio is None else f"{ratio:.4f}", row.wanted if ratio is not None else "",
                ])
