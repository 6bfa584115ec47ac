// Keys of well-known forms: each service gives them a prefix so that they can be found. Forms as the services document them.

const forms = [
  // Amazon Web Services
  String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`,
  String.raw`(?<=aws_secret_access_key["']?\s{0,3}[=:]\s{0,3}["']?)[A-Za-z0-9\/+]{40}(?![A-Za-z0-9\/+])`,
  // GitHub, GitLab, npm, PyPI, Docker
  String.raw`\bgh[pousr]_[A-Za-z0-9]{36,255}\b`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{22,255}\b`,
  String.raw`\bglpat-[\w\-]{20,64}`,
  String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  String.raw`\bpypi-AgEIcHlwaS5vcmc[\w\-]{50,500}`,
  String.raw`\bdckr_pat_[\w\-]{27}`,
  // Model providers and the Hub
  String.raw`\bsk-(?:ant-|proj-|svcacct-|admin-|or-)?[A-Za-z0-9_\-]{20,250}`,
  String.raw`\bhf_[A-Za-z0-9]{34,40}\b`,
  String.raw`\bgsk_[A-Za-z0-9]{40,60}\b`,
  String.raw`\bAIza[\w\-]{35}(?![\w\-])`,
  // Payments, mail, chat
  String.raw`\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,250}\b`,
  String.raw`\bwhsec_[A-Za-z0-9+\/=]{24,100}`,
  String.raw`\bSG\.[\w\-]{16,32}\.[\w\-]{32,64}`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9\-]{10,250}`,
  String.raw`\bhttps:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9\/]{20,80}`,
  String.raw`\b\d{8,10}:AA[\w\-]{33}(?![\w\-])`,
  // JSON web tokens, PEM private keys, passwords in addresses
  String.raw`\beyJ[\w\-]{10,2000}\.eyJ[\w\-]{10,4000}\.[\w\-]{10,2000}`,
  String.raw`-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+\/=\s:,.\-]{0,8000}?-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----`,
  String.raw`(?<=\b[a-z][a-z0-9+.\-]{1,15}:\/\/[^\s:@\/\[\]]{0,64}:)[^\s:@\/\[\]]{3,128}(?=@[\w.\-])`,
];

export const secretForms: RegExp = new RegExp(forms.join("|"), "gu");
