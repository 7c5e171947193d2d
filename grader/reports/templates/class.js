(() => {
  "use strict";
  const form = document.getElementById("filters");
  const answers = [...document.querySelectorAll(".answer")];
  const texts = new Map();

  // "Zoe" finds "Zoë".
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // The student and the answer, without the numbers of the evidence between its words.
  const textOf = (answer) => {
    if (!texts.has(answer)) {
      const words = [...answer.querySelector(".text").childNodes].filter((node) => node.nodeName !== "SUP");
      const student = answer.querySelector(".student").textContent;
      texts.set(answer, plain(student + "\n" + words.map((node) => node.textContent).join("")));
    }
    return texts.get(answer);
  };

  const show = () => {
    const words = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    const question = form.elements.question.value;
    const verdict = form.elements.verdict.value;
    const review = form.elements.review.checked;
    let shown = 0;
    for (const answer of answers) {
      const fits =
        (!question || answer.dataset.question === question) &&
        (!verdict || answer.dataset.has.split(" ").includes(verdict)) &&
        (!review || answer.dataset.review === "yes") &&
        words.every((word) => textOf(answer).includes(word));
      answer.hidden = !fits;
      shown += fits;
    }
    const all = answers.length.toLocaleString("en");
    document.getElementById("count").textContent = shown
      ? `${shown.toLocaleString("en")} of ${all} answers`
      : `None of ${all} answers fits`;
  };

  // A link to an answer opens it, whatever the filters say.
  const follow = () => {
    const answer = document.getElementById(location.hash.slice(1));
    if (!answer || !answer.classList.contains("answer")) return;
    if (answer.hidden) {
      form.reset();
      show();
    }
    answer.open = true;
    answer.querySelector("summary").focus();
    answer.scrollIntoView();
  };

  const openAll = (open) => {
    for (const answer of answers) if (!answer.hidden) answer.open = open;
  };

  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open").addEventListener("click", () => openAll(true));
  document.getElementById("close").addEventListener("click", () => openAll(false));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#answer-"]');
    if (link && link.hash === location.hash) follow();
  });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => {
    for (const more of document.querySelectorAll(".more")) more.open = true;
  });
  show();
  follow();
})();
