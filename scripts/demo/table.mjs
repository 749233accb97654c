/** The main numbers of a localization as a short table. `file` is the parsed `result.json`. */
export function table(model, { result, seconds }) {
  const { k, units, largest, threshold, perLayer, reliability } = result;
  const most = Math.max(...perLayer);
  const rows = [
    ['Model', model],
    ['Selected units', `${k} of ${units}`],
    ['Largest t', `${number(largest?.t)} at layer ${largest?.layer}, unit ${largest?.unit}`],
    ['Smallest selected t', number(threshold)],
    ['Split-half reliability', `Dice ${number(reliability?.dice)}, Spearman of t ${number(reliability?.spearman)}`],
    ['Seconds', seconds.toFixed(1)],
  ];
  const layers = perLayer.map((count, layer) => {
    const bar = '█'.repeat(most === 0 ? 0 : Math.round((count / most) * 30));
    return `${String(layer).padStart(7)}  ${String(count).padStart(5)}  ${bar}`.trimEnd();
  });
  const facts = rows.map(([name, value]) => `${name.padEnd(24)}${value}`);
  return ['', ...facts, '', '  layer  units', ...layers].join('\n');
}

function number(value) {
  return typeof value === 'number' ? value.toFixed(3) : 'undefined';
}
