// Theme switch, printing and copying. Everything works without it.
(function () {
  'use strict';
  var root = document.documentElement;
  var key = 'icuops-theme';
  function stored(value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch (_) { /* a page opened from a folder may have no storage */ }
    return null;
  }
  var theme = stored();
  if (theme === 'dark' || theme === 'light') root.setAttribute('data-theme', theme);
  var button = document.getElementById('site-theme');
  if (button) {
    button.hidden = false;
    button.addEventListener('click', function () {
      var dark = root.getAttribute('data-theme') === 'dark' ||
        (!root.hasAttribute('data-theme') && matchMedia('(prefers-color-scheme: dark)').matches);
      theme = dark ? 'light' : 'dark';
      root.setAttribute('data-theme', theme);
      stored(theme);
    });
  }
  var zh = root.lang.indexOf('zh') === 0;
  Array.prototype.forEach.call(document.querySelectorAll('.code'), function (box) {
    if (!navigator.clipboard) return;
    var copy = document.createElement('button');
    copy.type = 'button';
    copy.textContent = zh ? '复制' : 'Copy';
    copy.addEventListener('click', function () {
      navigator.clipboard.writeText(box.querySelector('code').textContent).then(function () {
        copy.textContent = zh ? '已复制' : 'Copied';
      });
    });
    box.appendChild(copy);
  });
})();
