// Owns what a browser is shown where the console's page was not built: a plain sentence, and no script.

export const NO_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Capstan: the page is not built</title></head>
<body>
<h1>The console's page is not built yet</h1>
<p>The session is running, but there is no page to show. Run <code>npm run build</code> in the folder of Capstan, then
reload this page.</p>
</body>
</html>
`;
