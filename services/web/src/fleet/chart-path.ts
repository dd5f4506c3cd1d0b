// A series as the path of a line in a box. Pure.

// From 0 up. Gaps are bridged: no order in ten seconds is no change of how long orders wait.
export function pathOf(values: readonly (number | null)[], width: number, height: number): string {
  const top = Math.max(...values.map((value) => value ?? 0)) || 1;
  const points = values.flatMap((value, index) => {
    if (value === null) return [];
    const x = (index / (values.length - 1)) * width;
    const y = height - 1 - (value / top) * (height - 2);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  return points.length > 0 ? `M${points.join("L")}` : "";
}
