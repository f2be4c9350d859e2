// Sends a chosen file as plain bytes and shows the page that comes back. The server keeps nothing of it.
'use strict';

const OFFLINE = '连接不上服务器，请检查网络后重试。 The server cannot be reached.';

function show(problem, text) {
  problem.textContent = text;
  problem.hidden = text === '';
}

async function send(form, problem) {
  const file = form.querySelector('#file').files[0];
  if (!file) return;
  const button = form.querySelector('button');
  button.disabled = true;
  show(problem, '');
  try {
    const answer = await fetch('/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: file,
    });
    const text = await answer.text();
    if (answer.ok) {
      const page = new DOMParser().parseFromString(text, 'text/html');
      document.getElementById('main').replaceWith(page.getElementById('main'));
      start();
      window.scrollTo(0, 0);
      return;
    }
    const messages = JSON.parse(text).errors[0].extensions.messages;
    show(problem, `${messages.zh} ${messages.en}`);
  } catch {
    show(problem, OFFLINE);
  } finally {
    button.disabled = false;
  }
}

function start() {
  const form = document.getElementById('file-form');
  const problem = document.getElementById('file-problem');
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form, problem);
  });
}

start();
