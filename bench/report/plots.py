"""The pictures of the report. Each function draws one picture from one scenario of the results."""
import itertools
import math

from report.stats import by_name, cpu, median
from report.svg import COLOURS, INK, Picture, round_step, short

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 190, 90, 64, 30


def rows_of(names, title, most):
    """Returns a picture with a row for each name, and a function that maps a value to its x coordinate."""
    picture = Picture(WIDTH, TOP + ROW * len(names) + 44, title)
    scale = (WIDTH - LEFT - RIGHT) / most
    bottom = TOP + ROW * len(names)
    step = round_step(most)
    for i in range(int(most / step + 1e-9) + 1):
        x = LEFT + i * step * scale
        picture.line([(x, TOP - 6), (x, bottom)])
        picture.text(x, bottom + 18, short(round(i * step, 6)), "middle")
    for i, name in enumerate(names):
        picture.text(LEFT - 10, TOP + ROW * i + 19, shown(name), "end")
    return picture, lambda value: LEFT + value * scale


def shown(name):
    """A contender's name for readers who see only the picture, short enough for the space left of the rows."""
    name = name.replace(" flooded over ", ", over ")
    return f"gateway {name}" if name.startswith(("memory", "redis")) else name


def rates(scenario):
    contenders = by_name(scenario)
    values = {name: median(rounds, "rate") for name, rounds in contenders.items()}
    picture, at = rows_of(list(values), f"Requests per second, {scenario['connections']} connections", max(values.values()))
    for i, (name, value) in enumerate(values.items()):
        colour = COLOURS[1] if shown(name) != name else COLOURS[0]
        picture.box(LEFT, TOP + ROW * i + 5, at(value) - LEFT, ROW - 10, colour)
        picture.text(at(value) + 6, TOP + ROW * i + 19, f"{value:,.0f}")
    picture.text(WIDTH - 16, 26, "orange: session-gateway", "end", colour=COLOURS[1])
    return picture


def cpu_time(scenario):
    used = {name: cpu(rounds) for name, rounds in by_name(scenario).items()}
    total = {name: sum(filter(None, costs.values())) for name, costs in used.items()}
    # A bar that is much longer than the rest is cut, and labelled so: LemonLDAP::NG's bars would make all others too short to see.
    ordered = sorted(total.values())
    most = next((value for value in reversed(ordered) if value <= 3 * ordered[len(ordered) // 2]), ordered[-1]) * 1.05
    picture, at = rows_of(list(used), "CPU time per request, µs", most)
    picture.legend(LEFT, 50, ("nginx", "backend", "Redis"))
    for i, (name, costs) in enumerate(used.items()):
        x = 0.0
        for colour, cost in zip(COLOURS, costs.values()):
            part_shown = min(cost or 0, most - x)
            picture.box(at(x), TOP + ROW * i + 5, at(x + part_shown) - at(x), ROW - 10, colour)
            x += part_shown
        cut = " (cut)" if total[name] > most else ""
        picture.text(at(x) + 6, TOP + ROW * i + 19, f"{total[name]:,.1f}{cut}")
    return picture


def percentiles(scenario):
    contenders = by_name(scenario)
    keys = ("p50", "p99", "p99.9")
    values = {name: [median(rounds, key) / 1000 for key in keys] for name, rounds in contenders.items()}
    low = math.floor(math.log10(min(v for three in values.values() for v in three)))
    high = math.ceil(math.log10(max(v for three in values.values() for v in three)))
    picture = Picture(WIDTH, TOP + ROW * len(values) + 44, f"Latency at {scenario['connections']} connections, ms (logarithmic)")
    picture.legend(LEFT, 50, keys)
    bottom = TOP + ROW * len(values)

    def at(value):
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    for power in range(low, high + 1):
        picture.line([(at(10.0 ** power), TOP - 6), (at(10.0 ** power), bottom)])
        picture.text(at(10.0 ** power), bottom + 18, f"{10.0 ** power:g}", "middle")
    for i, (name, three) in enumerate(values.items()):
        y = TOP + ROW * i + 15
        picture.text(LEFT - 10, y + 4, shown(name), "end")
        picture.line([(at(three[0]), y), (at(three[-1]), y)], "#999", 2)
        for value, colour in zip(three, COLOURS):
            picture.dot(at(value), y, colour)
    return picture


def connections(scenario):
    names = list(scenario["contenders"])
    lines = {name: [median(point["rounds"], "rate") for point in points] for name, points in scenario["contenders"].items()}
    width, height, left, top, bottom = WIDTH, 400, 80, 70, 350
    most = max(max(values) for values in lines.values()) * 1.05
    picture = Picture(width, height, "Requests per second against connections")
    picture.legend(left, 50, [shown(name) for name in names])

    def at(i, value):
        columns = max(len(scenario["counts"]) - 1, 1)
        return left + 30 + i * (width - left - 100) / columns, bottom - value / most * (bottom - top)
    step = round_step(most)
    for i in range(int(most / step) + 1):
        y = at(0, i * step)[1]
        picture.line([(left, y), (width - 40, y)])
        picture.text(left - 8, y + 4, short(i * step), "end")
    for i, count in enumerate(scenario["counts"]):
        picture.text(at(i, 0)[0], bottom + 22, f"{count:,}", "middle")
    picture.text((left + width - 40) / 2, height - 8, "connections", "middle")
    for (name, values), colour in zip(lines.items(), itertools.cycle(COLOURS)):
        picture.line([at(i, value) for i, value in enumerate(values)], colour, 2.5)
        for i, value in enumerate(values):
            picture.dot(*at(i, value), colour)
    return picture


def flood(scenario):
    contenders = by_name(scenario)
    names = list(contenders)
    values = {name: [median(contenders[name], key) / 1000 for key in ("p50", "p99")] for name in names}
    most = max(max(two) for two in values.values()) * 1.02
    picture, at = rows_of(names, "Valid users' latency, quiet and with forged cookies over so many connections, ms", most)
    picture.legend(LEFT, 50, ("p50", "p99"))
    for i, name in enumerate(names):
        for line, (value, colour) in enumerate(zip(values[name], COLOURS)):
            y = TOP + ROW * i + 3 + 12 * line
            picture.box(LEFT, y, at(value) - LEFT, 11, colour)
            picture.text(at(value) + 5, y + 10, f"{value:.2f}", size=11, colour=INK)
    return picture


def draw(scenarios):
    """Draws the pictures of the scenarios that were measured. Returns {file name: Picture}."""
    wanted = {"rates.svg": ("compare", rates), "cpu.svg": ("compare", cpu_time), "latency.svg": ("compare", percentiles),
              "connections.svg": ("connections", connections), "flood.svg": ("flood", flood)}
    return {file: make(scenarios[scenario]) for file, (scenario, make) in wanted.items() if scenario in scenarios}
