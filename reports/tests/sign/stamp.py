"""Signs a PDF with a time stamp in the signature (B-T), or stamps the document. No network."""
import sys
from datetime import datetime, timezone

from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

what, source, target, key, cert, tsa_key, tsa_cert, root, at = sys.argv[1:]
store = SimpleCertificateStore()
store.register(load_cert_from_pemder(root))
stamper = timestamps.DummyTimeStamper(
    load_cert_from_pemder(tsa_cert),
    load_private_key_from_pemder(tsa_key, None),
    certs_to_embed=store,
    fixed_dt=datetime.fromisoformat(at).astimezone(timezone.utc),
)
with open(source, 'rb') as file, open(target, 'wb') as out:
    writer = IncrementalPdfFileWriter(file)
    if what == 'document':
        signers.PdfTimeStamper(stamper, field_name='Stamp').timestamp_pdf(writer, 'sha256', None, output=out)
    else:
        signer = signers.SimpleSigner.load(key, cert, ca_chain_files=(root,))
        meta = signers.PdfSignatureMetadata(field_name='Seal', subfilter=fields.SigSeedSubFilter.PADES)
        signers.sign_pdf(writer, meta, signer=signer, timestamper=stamper, output=out)
