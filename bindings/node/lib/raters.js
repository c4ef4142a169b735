// Raters as the library compares them: numbers, equal where the rater was the same, 0 where unknown.
'use strict';

// Names get numbers in the order in which they come; among numbers, they could be taken for one of them.
function numbersOfNames(raters) {
  const numbers = new Map();
  return Array.from(raters, (rater, i) => {
    if (rater === null || rater === undefined) return 0;
    if (typeof rater !== 'string') throw new TypeError(`raters[${i}] must be a string, as the others are`);
    if (!numbers.has(rater)) numbers.set(rater, numbers.size + 1);
    return numbers.get(rater);
  });
}

function raterNumbers(raters) {
  if (!Array.isArray(raters)) return raters;
  return raters.some((rater) => typeof rater === 'string') ? numbersOfNames(raters) : Array.from(raters, (rater) => rater ?? 0);
}

// The panels of a timeline.
function panelsInNumbers(panels) {
  if (!Array.isArray(panels)) return panels;
  return panels.map((one) => Array.isArray(one?.raters) ? { ...one, raters: raterNumbers(one.raters) } : one);
}

module.exports = { raterNumbers, panelsInNumbers };
