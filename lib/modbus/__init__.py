"""Registers of a device over Modbus-TCP: what batteries and inverters share. The only importer of pymodbus."""
