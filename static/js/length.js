// Says how many characters a new password still lacks, once the person pauses.
const PAUSE = 500;

for (const note of document.querySelectorAll("[data-lacks]")) {
  const input = document.getElementById(note.dataset.lacks);
  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const lacking = input.minLength - [...input.value].length;
      const many = lacking === 1 ? note.dataset.one : note.dataset.many;
      note.textContent = input.value && lacking > 0 ? many.replace("#", lacking) : "";
    }, PAUSE);
  });
}
