/** What a report does beyond being read: nothing it holds is only here. */

for (const figure of document.querySelectorAll('figure')) figure.classList.add('scripted');
