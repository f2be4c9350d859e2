// Search without a server: pairs of ideographs and words, loaded as scripts so that it works from a folder and under
// a strict policy. The other half is src/search.rs; both fold text by the same rules. Plain ES2019.
(function () {
  'use strict';
  var place = document.getElementById('site-search');
  if (!place) return;
  var words = place.dataset;
  var DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  var VALUE = {};
  for (var d = 0; d < 64; d++) VALUE[DIGITS[d]] = d;
  var PAGE = 10;

  // --- files ---------------------------------------------------------------------------------------------
  var waiting = {};
  var loaded = {};
  window.icuopsPut = function (name, data) { if (waiting[name]) waiting[name](data); };
  function load(name) {
    if (!loaded[name]) {
      loaded[name] = new Promise(function (resolve, reject) {
        waiting[name] = resolve;
        var script = document.createElement('script');
        script.src = words.base + name + '.js';
        script.onerror = function () { delete loaded[name]; reject(new Error(name)); };
        document.head.appendChild(script);
      });
    }
    return loaded[name];
  }
  // Names of files stand in one text, ten signs each.
  function names(list) { list.n = list.n.match(/.{10}/g) || []; }
  var manifest = load('manifest').then(function (m) {
    [m.t, m.p, m.d].forEach(names);
    m.d.f = decode(m.d.f);
    m.table = new Map();
    var signs = Array.from(m.fold);
    for (var i = 0; i + 1 < signs.length; i += 2) m.table.set(signs[i], signs[i + 1]);
    m.odd = signs.length ? new RegExp('[' + Array.from(m.table.keys()).join('') + ']', 'gu') : /(?!)/g;
    return m;
  });

  // --- text ----------------------------------------------------------------------------------------------
  function isHan(sign) {
    var c = sign.codePointAt(0);
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0xf900 && c <= 0xfaff) ||
      (c >= 0x20000 && c <= 0x3ffff) || c === 0x3005 || c === 0x3007;
  }
  var LETTER = /[\p{Alphabetic}\p{N}]/u;
  function fold(m, text) {
    return text.normalize('NFKC').toLowerCase().replace(m.odd, function (c) { return m.table.get(c); });
  }
  // Runs of ideographs and words, in order.
  function runs(text) {
    var out = [];
    var kind = '';
    var run = '';
    var signs = Array.from(text);
    function flush() { if (run) out.push({ kind: kind, text: run }); run = ''; }
    for (var i = 0; i < signs.length; i++) {
      var c = signs[i];
      var next = signs[i + 1];
      var now = isHan(c) ? 'han' : LETTER.test(c) ? 'word' : '';
      if (!now && kind === 'word' && run && /[-_.]/.test(c) && next && LETTER.test(next) && !isHan(next)) now = 'word';
      if (now !== kind) flush();
      kind = now;
      if (now) run += c;
    }
    flush();
    return out;
  }

  // --- lists of pages ------------------------------------------------------------------------------------
  function decode(text) {
    var out = [];
    if (text[0] === '!') {
      for (var at = 1; at < text.length; at++) {
        for (var bit = 0, v = VALUE[text[at]]; bit < 6; bit++) if (v >> bit & 1) out.push((at - 1) * 6 + bit);
      }
      return out;
    }
    var next = 0;
    var gap = 0;
    var shift = 0;
    for (var i = 0; i < text.length; i++) {
      var value = VALUE[text[i]];
      gap |= (value & 31) << shift;
      shift += 5;
      if (value < 32) { out.push(next + gap); next += gap + 1; gap = 0; shift = 0; }
    }
    return out;
  }
  function both(a, b) { return new Set(Array.from(a).filter(function (x) { return b.has(x); })); }
  function either(a, b) { var out = new Set(a); b.forEach(function (x) { out.add(x); }); return out; }

  // The files that can hold keys from `from` on that begin with it.
  function span(list, key) {
    var low = 0;
    var high = list.f.length;
    while (low < high) { var mid = (low + high) >> 1; if (list.f[mid] <= key) low = mid + 1; else high = mid; }
    var out = [Math.max(low - 1, 0)];
    for (var i = low; i < list.f.length && list.f[i].startsWith(key); i++) out.push(i);
    return out;
  }
  function entries(kind, list, key, width) {
    if (!list.f.length) return Promise.resolve([]);
    return Promise.all(span(list, key).map(function (i) { return load(kind + list.n[i]); })).then(function (files) {
      var out = [];
      files.forEach(function (file) {
        for (var i = 0; i < file.length; i += width) if (file[i].startsWith(key)) out.push(file.slice(i, i + width));
      });
      return out;
    });
  }
  // Pages of one term; with `open` every term that begins with it.
  function term(m, key, open) {
    return entries('t', m.t, key, 3).then(function (found) {
      var all = new Set();
      var title = new Set();
      found.forEach(function (entry) {
        if (!open && entry[0] !== key) return;
        decode(entry[1]).forEach(function (x) { all.add(x); });
        decode(entry[2]).forEach(function (x) { title.add(x); });
      });
      return { all: all, title: title };
    });
  }
  function allOf(lists) {
    return lists.reduce(function (a, b) { return { all: both(a.all, b.all), title: both(a.title, b.title) }; });
  }
  function oneRun(m, run) {
    if (run.kind === 'word') return term(m, run.text, true);
    var signs = Array.from(run.text);
    if (signs.length === 1) return term(m, run.text, true);
    var pairs = new Set();
    for (var i = 0; i + 1 < signs.length; i++) pairs.add(signs[i] + signs[i + 1]);
    return Promise.all(Array.from(pairs).map(function (pair) { return term(m, pair, false); })).then(allOf);
  }
  // The ideographs that a sound can stand for, cut to what was typed.
  function sounds(m, text) {
    if (!/^[a-z]{2,}$/.test(text)) return Promise.resolve([]);
    // A key covers four characters at most: a longer query is looked up by its beginning.
    return entries('p', m.p, text, 2).then(function (found) {
      if (found.length) return found;
      return entries('p', m.p, text.slice(0, 4), 2).then(function (near) {
        return near.filter(function (entry) { return text.startsWith(entry[0]) && /(\D\d){4}/u.test(entry[1]); });
      });
    }).then(function (found) {
      var out = new Set();
      found.slice(0, 400).forEach(function (entry) {
        var left = text.length;
        var han = '';
        entry[1].replace(/(\D)(\d)/gu, function (_, sign, size) {
          if (left > 0) { han += sign; left -= Number(size); }
          return '';
        });
        out.add(han);
      });
      return Array.from(out).slice(0, 12);
    });
  }
  // One blank-separated word of the query with its synonyms and sounds: any of them will do.
  function alternatives(m, word) {
    var out = [word];
    m.syn.forEach(function (group) {
      group.forEach(function (member) {
        if (word.indexOf(member) < 0) return;
        group.forEach(function (other) { if (other !== member) out.push(word.split(member).join(other)); });
      });
    });
    return sounds(m, word).then(function (han) { return Array.from(new Set(out.concat(han))); });
  }
  function oneWord(m, word) {
    return alternatives(m, word).then(function (texts) {
      return Promise.all(texts.map(function (text) {
        var parts = runs(text);
        if (!parts.length) return Promise.resolve({ all: new Set(), title: new Set() });
        return Promise.all(parts.map(function (run) { return oneRun(m, run); })).then(allOf);
      })).then(function (lists) {
        var first = lists[0] ? lists[0].all : new Set();
        var all = lists.reduce(function (a, b) { return { all: either(a.all, b.all), title: either(a.title, b.title) }; });
        return { all: all.all, title: all.title, own: first, texts: texts };
      });
    });
  }

  // Pages that answer a query, best first: exact wording before synonyms, titles before text.
  function query(text) {
    return manifest.then(function (m) {
      var parts = fold(m, text).split(/\s+/).filter(function (word) { return runs(word).length; });
      if (!parts.length) return { pages: [], texts: [], near: false };
      return Promise.all(parts.map(function (word) { return oneWord(m, word); })).then(function (lists) {
        var texts = [].concat.apply([], lists.map(function (list) { return list.texts; }));
        var near = false;
        var pages = lists.map(function (list) { return list.all; }).reduce(both);
        if (!pages.size && (lists.length > 1 || runs(parts[0]).length > 1 || parts[0].length > 2)) {
          near = true;
          return similar(m, parts).then(function (found) { return { pages: found, texts: texts, near: near }; });
        }
        function rank(page) {
          return lists.reduce(function (sum, list) {
            return sum + (list.title.has(page) ? 4 : 0) + (list.own.has(page) ? 2 : 0);
          }, 0);
        }
        // Ranks are few: pages are put into their rank one after the other.
        var ranks = [];
        Uint32Array.from(pages).sort().forEach(function (page) {
          var own = rank(page);
          (ranks[own] = ranks[own] || []).push(page);
        });
        var ranked = [].concat.apply([], ranks.reverse().filter(Boolean));
        return { pages: ranked, texts: texts, near: near, words: parts };
      });
    });
  }
  // Nothing contains everything: pages that contain most pairs and words.
  function similar(m, parts) {
    var keys = new Set();
    parts.forEach(function (word) {
      runs(word).forEach(function (run) {
        var signs = Array.from(run.text);
        if (run.kind === 'word') keys.add(run.text);
        else for (var i = 0; i + 1 < signs.length; i++) keys.add(signs[i] + signs[i + 1]);
      });
    });
    return Promise.all(Array.from(keys).slice(0, 24).map(function (key) { return term(m, key, false); })).then(function (lists) {
      var count = new Map();
      lists.forEach(function (list) { list.all.forEach(function (page) { count.set(page, (count.get(page) || 0) + 1); }); });
      var best = Array.from(count).filter(function (pair) { return pair[1] * 2 >= lists.length; });
      best.sort(function (a, b) { return b[1] - a[1] || a[0] - b[0]; });
      return best.slice(0, 20).map(function (pair) { return pair[0]; });
    });
  }
  function page(m, number) {
    var low = 0;
    var high = m.d.f.length;
    while (low < high) { var mid = (low + high) >> 1; if (m.d.f[mid] <= number) low = mid + 1; else high = mid; }
    // Names of files of texts stand in files of their own, 128 in each.
    var at = low - 1;
    return load('n' + m.d.n[at >> 7]).then(function (list) {
      return load('d' + list[0].substr((at & 127) * 10, 10));
    }).then(function (file) {
      var one = file[number - m.d.f[low - 1]];
      return { path: one[0], title: one[1], meta: one[2], lang: one[3], words: one[4], sections: one[5] };
    });
  }

  // --- showing -------------------------------------------------------------------------------------------
  // Folded text with the place of each sign in the text as it was written.
  function mapped(m, text) {
    // Nearly always each sign stays one sign.
    var all = fold(m, text);
    if (all.length === text.length) return { text: all, places: null };
    var out = '';
    var places = [];
    var at = 0;
    Array.from(text).forEach(function (sign) {
      var folded = fold(m, sign);
      for (var i = 0; i < folded.length; i++) places.push(at);
      out += folded;
      at += sign.length;
    });
    places.push(at);
    return { text: out, places: places };
  }
  function hit(m, doc, texts) {
    var best = null;
    [['', '', doc.title + ' ' + doc.words]].concat(doc.sections).forEach(function (section, order) {
      var source = (section[1] && section[2].indexOf(section[1]) !== 0 ? section[1] + ' ' : '') + section[2];
      var view = mapped(m, source);
      texts.forEach(function (text, rank) {
        var at = view.text.indexOf(text);
        if (at < 0) return;
        var score = rank * 1000 + order;
        // The title is shown anyway: an excerpt from the text says more.
        if (order === 0) score += 500;
        if (best && best.score <= score) return;
        best = { score: score, exact: true, anchor: section[0], source: source, from: view.places ? view.places[at] : at, to: view.places ? view.places[at + text.length] : at + text.length, title: order === 0 };
      });
    });
    if (best) return best;
    var first = doc.sections[0] || ['', '', doc.meta];
    return { exact: false, anchor: '', source: first[2] || first[1], from: 0, to: 0, title: false };
  }
  function element(name, parent, text) {
    var node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }
  var form = element('form', place);
  form.className = 'query';
  form.setAttribute('role', 'search');
  form.setAttribute('aria-label', words.label);
  var input = element('input', form);
  input.type = 'search';
  input.id = 'site-query';
  input.setAttribute('aria-label', words.label);
  input.placeholder = words.hint;
  input.autocomplete = 'off';
  var button = element('button', form, document.querySelector('.find button').textContent);
  button.type = 'submit';
  var filters = element('div', place);
  filters.className = 'filters';
  var status = element('p', place);
  status.setAttribute('role', 'status');
  var list = element('ol', place);
  list.className = 'hits';
  var more = element('button', place, words.more);
  more.type = 'button';
  more.hidden = true;
  var index = document.getElementById('site-index');
  var turn = 0;
  var chosen = {};

  manifest.then(function (m) {
    m.facets.forEach(function (facet) {
      if (facet[2].length < 2) return;
      var name = words['facet' + facet[0][0].toUpperCase() + facet[0].slice(1)] || facet[0];
      var label = element('label', filters, name + ' ');
      var select = element('select', label);
      element('option', select, words.all).value = '';
      facet[2].forEach(function (value) { element('option', select, value).value = value; });
      select.addEventListener('change', function () { chosen[facet[0]] = select.value && { file: facet[1], value: select.value }; run(); });
    });
  }, function () { status.textContent = words.none; });

  function narrowed(pages) {
    var active = Object.keys(chosen).map(function (key) { return chosen[key]; }).filter(Boolean);
    return Promise.all(active.map(function (one) {
      return load('f' + one.file).then(function (file) {
        for (var i = 0; i < file.length; i += 2) if (file[i] === one.value) return new Set(decode(file[i + 1]));
        return new Set();
      });
    })).then(function (sets) {
      return pages.filter(function (number) { return sets.every(function (set) { return set.has(number); }); });
    });
  }
  function show(m, pages, texts, from) {
    return Promise.all(pages.slice(from, from + PAGE).map(function (number) { return page(m, number); })).then(function (docs) {
      var hits = docs.map(function (doc) { return { doc: doc, hit: hit(m, doc, texts) }; });
      // Pages that hold the words apart from each other stand below those that hold them as written.
      var sorted = hits.filter(function (one) { return one.hit.exact; }).concat(hits.filter(function (one) { return !one.hit.exact; }));
      sorted.forEach(function (one) {
        var item = element('li', list);
        var link = element('a', item, one.doc.title);
        link.href = words.home + one.doc.path + (one.hit.anchor ? '#' + encodeURIComponent(one.hit.anchor) : '');
        if (one.doc.lang) item.lang = one.doc.lang;
        var text = element('p', item);
        var source = one.hit.source;
        var start = Math.max(0, one.hit.from - 40);
        element('span', text, (start ? '…' : '') + source.slice(start, one.hit.from));
        if (one.hit.to > one.hit.from) element('mark', text, source.slice(one.hit.from, one.hit.to));
        element('span', text, source.slice(one.hit.to, one.hit.to + 80) + (source.length > one.hit.to + 80 ? '…' : ''));
        var meta = element('p', item, one.doc.meta);
        meta.className = 'meta';
      });
      more.hidden = from + PAGE >= pages.length;
      more.onclick = function () {
        var next = list.children.length;
        show(m, pages, texts, from + PAGE).then(function () { if (list.children[next]) list.children[next].querySelector('a').focus(); });
      };
    });
  }
  function run() {
    var text = input.value.trim();
    var mine = ++turn;
    list.textContent = '';
    more.hidden = true;
    if (index) index.hidden = !!text;
    status.textContent = text ? words.busy : '';
    if (!text) return Promise.resolve();
    return query(text).then(function (answer) {
      return narrowed(answer.pages).then(function (pages) {
        if (mine !== turn) return null;
        status.textContent = !pages.length ? words.none : (answer.near ? words.near : '') + pages.length + ' ' + words.count;
        return manifest.then(function (m) { return show(m, pages, answer.texts, 0); });
      });
    }).catch(function () { if (mine === turn) status.textContent = words.none; });
  }
  function remember() {
    try { history.replaceState(null, '', '?q=' + encodeURIComponent(input.value.trim())); } catch (_) { /* a folder */ }
  }
  form.addEventListener('submit', function (event) { event.preventDefault(); remember(); run(); });
  var timer = 0;
  input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(run, 180); });
  // Arrow keys walk through the hits; Escape leads back to the field.
  place.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') { input.focus(); input.select(); return; }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (event.target.tagName === 'SELECT') return;
    var links = Array.from(list.querySelectorAll('a'));
    var at = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    if (at < 0) input.focus(); else if (links[at]) links[at].focus();
    event.preventDefault();
  });
  var asked = new URLSearchParams(location.search).get('q');
  var top = document.getElementById('site-q');
  if (asked) { input.value = asked; if (top) top.value = asked; }
  input.focus();
  run();
  // For tests: the pages of a query, in order, with their paths.
  window.icuopsSearch = function (text) {
    return Promise.all([manifest, query(text)]).then(function (both) {
      return Promise.all(both[1].pages.map(function (number) { return page(both[0], number); })).then(function (docs) {
        return { near: both[1].near, paths: docs.map(function (doc) { return doc.path; }) };
      });
    });
  };
})();
